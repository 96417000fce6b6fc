import { useMemo, useRef } from 'preact/hooks';
import type { Container } from '../../api/types.js';
import { listAllContainers, listContainers, listLayers, listNodes } from '../../api/requests.js';
import { Fact, Loading, More, Problem } from '../../parts/small.js';
import { useLive, usualMs } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { Move } from '../moves/move.js';
import { Neighbours } from '../nodes/neighbours.js';
import { shownLayers, type ShownLayer } from '../nodes/own-nodes.js';
import { Actions } from './actions.js';
import { Databag } from './databag.js';
import { FirstPush } from './first-push.js';
import { awaitsPush } from './first-steps.js';
import { NodeBox } from './node-box.js';
import { containersByNode } from './node-containers.js';

/** Of more containers than one page of their list has, all are read less often: milliseconds. */
const [largeCount, seldomMs] = [1000, 15_000];

/** What is shown of it. Of thousands of containers one page is there first; then all are read, and less often. */
function useLooked(id: string) {
  const hasLooked = useRef(false);
  return useLive(
    id,
    async () => {
      const list = hasLooked.current ? listAllContainers : listContainers;
      hasLooked.current = true;
      const [layers, nodes, containers] = await Promise.all([listLayers(id), listNodes(id), list(id)]);
      return { layers, nodes, containers };
    },
    (found) => {
      const { results, count } = found?.containers ?? { results: [], count: 0 };
      if (results.length < count) return 0;
      return count > largeCount ? seldomMs : usualMs;
    },
  );
}

/** Layers, their nodes, and what runs on each: as it was seen. */
export function Overview({ formation }: FormationProps) {
  const { id } = formation;
  const { value, problem, reload } = useLooked(id);
  const containers = useMemo(() => containersByNode(value?.containers.results ?? []), [value]);
  const layers = value && shownLayers(formation, value.layers.results, value.nodes.results);
  return (
    <>
      <Facts formation={formation} />
      {awaitsPush(formation) && <FirstPush formation={formation} />}
      <Actions formation={formation} />
      <Move formation={formation} />
      <Problem of={problem} />
      {value === undefined && <Loading what="its layers" />}
      {layers?.map((layer) => (
        <LayerBox
          key={keyOf(layer)}
          formation={formation}
          layer={layer}
          containers={containers}
          onChanged={reload}
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

/** No browser opens connections of TCP. */
function Address({ url }: { url: string }) {
  if (!/^https?:/.test(url)) return <code>{url}</code>;
  return (
    <a href={url} rel="noreferrer" target="_blank">
      {url}
    </a>
  );
}

interface LayerProps extends FormationProps {
  readonly layer: ShownLayer;
  readonly containers: ReadonlyMap<string, readonly Container[]>;
  readonly onChanged: () => void;
}

const none: readonly Container[] = [];

/** A guest's own may be called as one of its host's. */
function keyOf({ id, isOwn }: ShownLayer): string {
  return isOwn ? `layer-${id}` : `host-layer-${id}`;
}

function LayerBox({ formation, layer, containers, onChanged }: LayerProps) {
  const { id, note, nodes } = layer;
  return (
    <section class="layer" aria-labelledby={keyOf(layer)}>
      <h2 id={keyOf(layer)}>
        {id} <small class="quiet">{note}</small>
      </h2>
      <div class="nodes">
        {nodes.map((node) => (
          <NodeBox
            key={node.id}
            formation={formation}
            node={node}
            containers={containers.get(node.id) ?? none}
            onChanged={onChanged}
          />
        ))}
      </div>
    </section>
  );
}
