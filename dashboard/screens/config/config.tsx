import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { ConfigAsText } from './config-as-text.js';
import { ConfigMerge } from './config-merge.js';
import { ConfigTable, NewVariable } from './config-table.js';
import { rowsOf, type Edits } from './config-edits.js';
import type { ConfigState } from './config-state.js';
import { useConfig } from './use-config.js';
import type { FormationProps } from '../formation.js';

/** The variables: hidden until they are revealed, saved only on top of what the person has seen. */
export function Config({ formation: { id, may } }: FormationProps) {
  const config = useConfig(id);
  const [discarded, setDiscarded] = useState(0);
  const { state, problem, saving } = config;
  if (state === undefined) return problem ? <Problem of={problem} /> : <Loading what="the config" />;
  const { version, edits, meanwhile } = state;
  const mayChange = may.includes('deploy');
  const mayRead = may.includes('readConfig');
  const onDiscard = (): void => {
    config.discard();
    setDiscarded(discarded + 1);
  };
  return (
    <>
      <p class="quiet">
        Version {version}. A change cuts a release and deploys it.
        {mayRead && ' That you reveal a value is in the audit log, by its name.'}
      </p>
      {meanwhile !== undefined && <ConfigMerge of={meanwhile} edits={edits} onEdit={config.edit} />}
      {/* What others have changed, and what is discarded, is another text. */}
      <Variables {...{ state, config, mayRead, mayChange }} textKey={`${version} ${discarded}`} />
      {mayRead && <Command text={cliCommands.config(id)} />}
      <Problem of={problem} />
      {mayChange && <Saving {...{ id, edits, saving, onDiscard }} />}
    </>
  );
}

interface VariablesProps {
  readonly state: ConfigState;
  readonly config: Pick<ReturnType<typeof useConfig>, 'reveal' | 'hide' | 'edit' | 'editAll'>;
  readonly mayRead: boolean;
  readonly mayChange: boolean;
  readonly textKey: string;
}

/** As a table or as one text: both show the same edits. */
function Variables({ state, config, mayRead, mayChange, textKey }: VariablesProps) {
  const { reveal, hide, edit, editAll } = config;
  const [isText, setText] = useState(false);
  // What both have changed is chosen for each variable.
  const isMerged = state.meanwhile !== undefined;
  const toggle = mayRead && mayChange && !isMerged && (
    <button type="button" aria-pressed={isText} onClick={() => setText(!isText)}>
      Edit as text
    </button>
  );
  if (isText && !isMerged)
    return (
      <>
        {toggle}
        <ConfigAsText key={textKey} state={state} onReveal={reveal} onEdit={editAll} />
      </>
    );
  return (
    <>
      {toggle}
      <ConfigTable
        rows={rowsOf(state.known, state.edits)}
        shown={state.shown}
        onShow={mayRead ? (names, isShown) => (isShown ? reveal(names) : hide(names)) : undefined}
        onEdit={mayChange ? edit : undefined}
      />
      {mayChange && <NewVariable onAdd={edit} />}
    </>
  );
}

interface SavingProps {
  readonly id: string;
  readonly edits: Edits;
  readonly saving: ReturnType<typeof useConfig>['saving'];
  readonly onDiscard: () => void;
}

function Saving({ id, edits, saving, onDiscard }: SavingProps) {
  return (
    <>
      {edits.size > 0 && <Command text={cliCommands.setConfig(id, edits)} />}
      <Problem of={saving.problem} />
      <div class="buttons">
        <button type="button" disabled={edits.size === 0} onClick={onDiscard}>
          Discard changes
        </button>
        <button
          type="button"
          class="primary"
          disabled={edits.size === 0 || saving.isBusy}
          onClick={saving.run}
        >
          Save and deploy
        </button>
      </div>
    </>
  );
}
