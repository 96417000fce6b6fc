import { useMemo } from 'preact/hooks';
import type { Container } from '../../api/types.js';
import { listAllContainers, listLayers, listNodes } from '../../api/requests.js';
import { Fact, Loading, Problem } from '../../parts/small.js';
import { useLive, usualMs } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { Neighbours } from '../nodes/neighbours.js';
import { shownLayers, type ShownLayer } from '../nodes/own-nodes.js';
import { Actions } from './actions.js';
import { Databag } from './databag.js';
import { FirstPush } from './first-push.js';
import { awaitsPush } from './first-steps.js';
import { NodeBox } from './node-box.js';
import { containersByNode } from './node-containers.js';

/** Of more containers than one page of their list has, all pages are read, and less often. */
const [largeCount, seldomMs] = [1000, 15_000];

/** Layers, their nodes, and what runs on each: as it was seen. */
export function Overview({ formation }: FormationProps) {
  const { id } = formation;
  const { value, problem } = useLive(
    id,
    async () => {
      const [layers, nodes, containers] = await Promise.all([
        listLayers(id),
        listNodes(id),
        listAllContainers(id),
      ]);
      return { layers, nodes, containers };
    },
    (found) => (found !== undefined && found.containers.count > largeCount ? seldomMs : usualMs),
  );
  const containers = useMemo(() => containersByNode(value?.containers.results ?? []), [value]);
  const layers = value && shownLayers(formation, value.layers.results, value.nodes.results);
  return (
    <>
      <Facts formation={formation} />
      {awaitsPush(formation) && <FirstPush formation={formation} />}
      <Actions formation={formation} />
      <Problem of={problem} />
      {value === undefined && <Loading what="its layers" />}
      {layers?.map((layer) => (
        <LayerBox key={layer.id} formation={formation} layer={layer} containers={containers} />
      ))}
      {layers?.length === 0 && <p>It has no layers yet.</p>}
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
  readonly containers: ReadonlyMap<string, readonly Container[]>;
}

const none: readonly Container[] = [];

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
            containers={containers.get(node.id) ?? none}
          />
        ))}
      </div>
    </section>
  );
}

