import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { destroyLayer, readLayer } from '../../api/infrastructure/layer-requests.js';
import type { Layer } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { PanelButtons } from '../../parts/panel-buttons.js';
import { Fact, Loading, Problem, State } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';
import { tagText } from '../tags/tag-text.js';
import { AdoptHost } from './adopt-host.js';
import { typedLayer } from './layer-edits.js';
import { ChangeLayer } from './layer-form.js';

interface CardProps {
  readonly formation: string;
  readonly layer: Layer;
  readonly username: string;
  /** Names of flavors that it may be given. */
  readonly flavors: readonly string[];
  /** Its nodes are hosts that exist. */
  readonly takesHosts: boolean;
  readonly onChanged: () => void;
}

type Panel = 'Change' | 'Add a host to';

/** A layer, and what can be done to it. */
export function LayerCard(props: CardProps) {
  const { formation, layer, username, takesHosts, onChanged } = props;
  const { id, kind, count } = layer;
  const [open, setOpen] = useState<Panel>();
  const panels: readonly Panel[] = takesHosts ? ['Change', 'Add a host to'] : ['Change'];
  return (
    <li>
      <h2>
        {id} <State name={kind} />
      </h2>
      <Facts layer={layer} flavor={typedLayer(layer, username).flavor} />
      <div class="buttons">
        <PanelButtons panels={panels} of={id} open={open} onOpen={setOpen} />
        {count === 0 && (
          <Action
            label={`Remove ${id}`}
            confirmName={id}
            command={cliCommands.destroyLayer(formation, id)}
            onDo={() => destroyLayer(formation, id).then(onChanged)}
          >
            <p>Its flavor, run list and attributes are forgotten. It has no nodes.</p>
          </Action>
        )}
      </div>
      {open === 'Change' && <Change {...props} onClose={() => setOpen(undefined)} />}
      {open === 'Add a host to' && <AdoptHost formation={formation} layer={layer} />}
    </li>
  );
}

function Facts({ layer, flavor }: { layer: Layer; flavor: string }) {
  const { count, run_list: recipes, attributes, environment, tags, level, ssh_username: user } = layer;
  return (
    <>
      <dl class="facts">
        <Fact name="Flavor">{flavor === '' ? 'none' : flavor}</Fact>
        <Fact name="Nodes">{count}</Fact>
        <Fact name="Level">{level}</Fact>
        {environment !== '' && <Fact name="Environment">{environment}</Fact>}
        {Object.keys(tags).length > 0 && <Fact name="Tags">{tagText(tags)}</Fact>}
        <Fact name="Run list">
          {recipes.map((recipe) => (
            <code key={recipe}>{recipe}</code>
          ))}
        </Fact>
      </dl>
      {Object.keys(attributes).length > 0 && (
        <details>
          <summary>Attributes of {layer.id}</summary>
          <code class="example">{JSON.stringify(attributes, null, 2)}</code>
        </details>
      )}
      <details>
        <summary>Key of {layer.id}</summary>
        <p class="quiet">
          The controller enters its nodes as {user}. A host of yours lets it in by this line in
          authorized_keys of {user}:
        </p>
        <p>
          <code>{layer.ssh_public_key}</code>
        </p>
      </details>
    </>
  );
}

function Change({
  formation,
  layer,
  username,
  flavors,
  onChanged,
  onClose,
}: CardProps & { onClose: () => void }) {
  // What is typed is on top of what was there then.
  const { value, problem } = useOnce(() => readLayer(formation, layer.id));
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what={layer.id} />;
  return (
    <ChangeLayer
      {...{ formation, username, flavors }}
      layer={value}
      onDone={() => {
        onClose();
        onChanged();
      }}
    />
  );
}
