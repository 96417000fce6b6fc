import type { Container, Node } from '../../api/types.js';
import { listContainers, listLayers, listNodes } from '../../api/requests.js';
import { Fact, Loading, More, Problem, State, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { Neighbours } from '../nodes/neighbours.js';
import { NodeActions } from '../nodes/node-actions.js';
import { mayChangeNodes, shownLayers, type ShownLayer } from '../nodes/own-nodes.js';
import { Actions } from './actions.js';
import { Databag } from './databag.js';
import { FirstPush } from './first-push.js';
import { awaitsPush } from './first-steps.js';

/** Layers, their nodes, and what runs on each: as it was seen. */
export function Overview({ formation }: FormationProps) {
  const { id } = formation;
  const { value, problem } = useLive(id, async () => {
    const [layers, nodes, containers] = await Promise.all([
      listLayers(id),
      listNodes(id),
      listContainers(id),
    ]);
    return { layers, nodes, containers };
  });
  const layers = value && shownLayers(formation, value.layers.results, value.nodes.results);
  return (
    <>
      <Facts formation={formation} />
      {awaitsPush(formation) && <FirstPush formation={formation} />}
      <Actions formation={formation} />
      <Problem of={problem} />
      {value === undefined && <Loading what="its layers" />}
      {layers?.map((layer) => (
        <LayerBox
          key={layer.id}
          formation={formation}
          layer={layer}
          containers={value?.containers.results ?? []}
        />
      ))}
      {layers?.length === 0 && <p>It has no layers yet.</p>}
      {value !== undefined && <More shown={value.containers.results.length} count={value.containers.count} />}
      <Databag formation={id} />
    </>
  );
}

function Facts({ formation }: FormationProps) {
  const { urls, live_release: live, owner, role, git_url: git, on, guests } = formation;
  return (
    <dl class="facts">
      <Fact name="Live release">{live === null ? 'none yet: push to it' : `v${live}`}</Fact>
      <Fact name="Found at">
        {urls.length === 0 ? 'nowhere yet' : urls.map((url) => <Address url={url} key={url} />)}
      </Fact>
      <Fact name="Owner">{owner}</Fact>
      <Fact name="You are">{role}</Fact>
      {(on !== null || guests.length > 0) && <Neighbours formation={formation} />}
      <Fact name="Git">
        <code>{git}</code>
      </Fact>
    </dl>
  );
}

function Address({ url }: { url: string }) {
  return (
    <a href={url} rel="noreferrer" target="_blank">
      {url}
    </a>
  );
}

interface LayerProps extends FormationProps {
  readonly layer: ShownLayer;
  readonly containers: readonly Container[];
}

function LayerBox({ formation, layer: { id, note, nodes }, containers }: LayerProps) {
  return (
    <section class="layer" aria-labelledby={`layer-${id}`}>
      <h2 id={`layer-${id}`}>
        {id} <small class="quiet">{note}</small>
      </h2>
      <div class="nodes">
        {nodes.map((node) => (
          <NodeBox
            key={node.id}
            formation={formation}
            node={node}
            containers={containers.filter((each) => each.node === node.id)}
          />
        ))}
      </div>
    </section>
  );
}

interface NodeProps extends FormationProps {
  readonly node: Node;
  readonly containers: readonly Container[];
}

function NodeBox({ formation, node, containers }: NodeProps) {
  return (
    <article class="node" aria-labelledby={`node-${node.id}`}>
      <h3 id={`node-${node.id}`}>{node.id}</h3>
      <p>
        <State name={node.unreachable_since === null ? node.status : 'unreachable'} />{' '}
        {node.scheduling !== 'open' && <State name={node.scheduling} />}{' '}
        <span class="quiet">{node.address ?? (formation.on === null ? 'no address yet' : '')}</span>
      </p>
      {node.last_error !== null && <p class="notice bad">{node.last_error}</p>}
      {containers.length > 0 && (
        <ul class="containers">
          {containers.map((container) => (
            <ContainerRow key={`${container.name} ${container.release}`} container={container} />
          ))}
        </ul>
      )}
      {mayChangeNodes(formation) && <NodeActions formation={formation.id} node={node} />}
    </article>
  );
}

/** Wanted is what `state` says, seen what the watch over nodes saw. */
function ContainerRow({ container: { name, release, state, seen } }: { container: Container }) {
  return (
    <li>
      <b>{name}</b> {release !== null && <span class="quiet">v{release}</span>}{' '}
      {state === 'serving' ? null : <State name={state} />}{' '}
      {seen === null ? <span class="quiet">not seen yet</span> : <State name={seen.state} />}
      {seen !== null && seen.restarts > 0 && <span class="quiet"> {seen.restarts} restarts</span>}
      {seen !== null && (
        <span class="quiet">
          {' '}
          since <When at={seen.since} />
        </span>
      )}
    </li>
  );
}
