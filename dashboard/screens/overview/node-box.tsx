import { useState } from 'preact/hooks';
import type { Container, Node } from '../../api/types.js';
import { State, When } from '../../parts/small.js';
import type { FormationProps } from '../formation.js';
import { NodeActions } from '../nodes/node-actions.js';
import { nodeActs, schedulingText } from '../nodes/own-nodes.js';
import { shownAtFirst } from './node-containers.js';
import { roomText } from './node-room.js';

interface NodeProps extends FormationProps {
  readonly node: Node;
  readonly containers: readonly Container[];
  readonly onChanged: () => void;
}

/** One node, and what runs on it. */
export function NodeBox({ formation, node, containers, onChanged }: NodeProps) {
  const room = roomText(node);
  const acts = nodeActs(formation, node);
  return (
    <article class="node" aria-labelledby={`node-${node.id}`}>
      <h3 id={`node-${node.id}`}>{node.id}</h3>
      <p>
        <State name={node.unreachable_since === null ? node.status : 'unreachable'} />{' '}
        {node.scheduling !== 'open' && <State name={node.scheduling} />}{' '}
        <span class="quiet">
          {schedulingText(node)} {node.address ?? (node.own ? 'no address yet' : '')}
        </span>
      </p>
      {room !== null && <p class="quiet">{room}</p>}
      {node.last_error !== null && <p class="notice bad">{node.last_error}</p>}
      {containers.length > 0 && <Containers node={node.id} containers={containers} />}
      {acts.length > 0 && (
        <NodeActions formation={formation.id} node={node} acts={acts} onChanged={onChanged} />
      )}
    </article>
  );
}

/** Of many the first, until somebody asks for all: hundreds of nodes are on one page. */
function Containers({ node, containers }: { node: string; containers: readonly Container[] }) {
  const [areAllShown, setAllShown] = useState(false);
  const more = containers.length - shownAtFirst;
  const shown = areAllShown || more <= 1 ? containers : containers.slice(0, shownAtFirst);
  return (
    <>
      <ul class="containers">
        {shown.map((container) => (
          <ContainerRow key={`${container.name} ${container.release}`} container={container} />
        ))}
      </ul>
      {shown.length < containers.length && (
        <button type="button" onClick={() => setAllShown(true)}>
          {more} more <span class="unseen">on {node}</span>
        </button>
      )}
    </>
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
