import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import {
  checkFlavor,
  deleteFlavor,
  listFlavorShares,
  readFlavor,
  shareFlavor,
  unshareFlavor,
} from '../../api/infrastructure/flavor-requests.js';
import type { Flavor, FlavorCheck, ProviderType } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Choice, Form } from '../../parts/form.js';
import { PanelButtons } from '../../parts/panel-buttons.js';
import { Loading, Problem, State } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { useOnce } from '../../parts/use-once.js';
import { ChangeFlavor } from './flavor-form.js';

interface CardProps {
  readonly flavor: Flavor;
  /** Of its provider; undefined: it is not enabled. */
  readonly type: ProviderType | undefined;
  /** Formations that it may be shared with. */
  readonly formations: readonly string[];
  readonly onChanged: () => void;
}

type Panel = 'Change' | 'Check' | 'Share';

/** A flavor, and what can be done to it. */
export function FlavorCard(props: CardProps) {
  const { flavor, type, onChanged } = props;
  const { id, provider, params } = flavor;
  const [open, setOpen] = useState<Panel>();
  const panels: readonly Panel[] = type?.allowed === true ? ['Change', 'Check', 'Share'] : ['Share'];
  return (
    <li>
      <h3>
        {id} <State name={provider ?? 'no provider'} />
      </h3>
      <p>
        <code>{JSON.stringify(params)}</code>
      </p>
      <div class="buttons">
        <PanelButtons panels={panels} of={id} open={open} onOpen={setOpen} />
        <Action
          label={`Delete ${id}`}
          confirmName={id}
          command={cliCommands.deleteFlavor(id)}
          onDo={() => deleteFlavor(id).then(onChanged)}
        >
          <p>A flavor that a layer uses is not deleted.</p>
        </Action>
      </div>
      {open !== undefined && <OpenPanel {...props} panel={open} onClose={() => setOpen(undefined)} />}
    </li>
  );
}

function OpenPanel(props: CardProps & { panel: Panel; onClose: () => void }) {
  const { flavor, type, formations, panel, onClose, onChanged } = props;
  if (panel === 'Share') return <Shares flavor={flavor.id} formations={formations} />;
  if (panel === 'Check') return <Check flavor={flavor.id} />;
  const onDone = (): void => {
    onClose();
    onChanged();
  };
  return type === undefined ? null : <Change id={flavor.id} type={type} onDone={onDone} />;
}

function Change({ id, type, onDone }: { id: string; type: ProviderType; onDone: () => void }) {
  // What is typed is on top of what was there then.
  const { value, problem } = useOnce(() => readFlavor(id));
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what={id} />;
  return <ChangeFlavor flavor={value} type={type} onDone={onDone} />;
}

function Check({ flavor }: { flavor: string }) {
  const [found, setFound] = useState<FlavorCheck>();
  return (
    <Form
      label="Try it"
      command={cliCommands.checkFlavor(flavor)}
      onDo={async () => setFound(await checkFlavor(flavor))}
    >
      {found === undefined ? (
        <p class="quiet">What a launch with it needs is tried, without making anything.</p>
      ) : (
        <ul role="status">
          {found.checks.map(({ what, ok, detail }) => (
            <li key={what}>
              {what} <State name={ok ? 'well' : 'missing'} mood={ok ? 'good' : 'bad'} /> {detail}
            </li>
          ))}
        </ul>
      )}
    </Form>
  );
}

function Shares({ flavor, formations }: { flavor: string; formations: readonly string[] }) {
  const { value, problem, reload } = useLive(`shares of ${flavor}`, () => listFlavorShares(flavor));
  const shared = value?.results.map(({ formation }) => formation) ?? [];
  return (
    <>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="with whom it is shared" />}
      {value?.count === 0 && <p>It is shared with no formation.</p>}
      <ul>
        {shared.map((formation) => (
          <li key={formation}>
            {formation}{' '}
            <Action
              label={`Take ${flavor} back from ${formation}`}
              command={cliCommands.unshareFlavor(flavor, formation)}
              onDo={() => unshareFlavor(flavor, formation).then(reload)}
            >
              <p>Its people make no more layers of it. Nodes that exist stay.</p>
            </Action>
          </li>
        ))}
      </ul>
      <NewShare flavor={flavor} names={formations.filter((name) => !shared.includes(name))} onDone={reload} />
    </>
  );
}

interface NewShareProps {
  readonly flavor: string;
  /** Formations that do not have it. */
  readonly names: readonly string[];
  readonly onDone: () => void;
}

function NewShare({ flavor, names, onDone }: NewShareProps) {
  const [chosen, setChosen] = useState('');
  const choices = Object.fromEntries([['', 'choose one'], ...names.map((name) => [name, name])]);
  return (
    <Form
      label="Share it"
      command={cliCommands.shareFlavor(flavor, chosen)}
      isIdle={chosen === ''}
      onDo={() => shareFlavor(flavor, chosen)}
      onDone={() => {
        setChosen('');
        onDone();
      }}
    >
      <Choice label="Formation" value={chosen} of={choices as Record<string, string>} onValue={setChosen} />
      <p class="quiet">
        Its admins and owner launch machines with it, at your cost and with your credentials, which they do
        not see.
      </p>
    </Form>
  );
}
