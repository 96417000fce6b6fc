import { isOfKind } from '../../../cookbooks/layer-kind.js';
import { isOnPaper } from '../../../provisioner/paper/paper-address.js';
import {
  followContainerEvents,
  type ContainerEvent,
} from '../../../provisioner/node-commands/container-events.js';
import { unlessAborted } from '../../../base/unless-aborted.js';
import { NodeSshTransport } from '../../../provisioner/ssh/node-ssh-transport.js';
import type { Connection } from '../../../provisioner/ssh/transport.js';
import { sshTarget } from '../../formation/converge/converge-target.js';
import { waits } from '../../formation/context/deadlines.js';
import { findMoved } from '../../formation/nodes/find-moved-nodes.js';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import { rescheduleFormation } from '../../formation/deploy/scale/reschedule.js';
import { ContainerEnds } from '../../health/container-ends.js';
import { NodeWatcher } from '../../health/node-watcher.js';
import type { WatchedNode, WatcherParts } from '../../health/watcher-parts.js';
import { containerEvents } from '../../log/container-events.js';
import { portOf, readContainers, type ContainerSighting } from '../../health/read-containers.js';
import type { Settings } from '../../settings/settings.js';
import { operationChannel } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import { now } from '../constants.js';
import { startCollector } from './start-collector.js';
import type { Base } from '../open-base.js';
import { writeEvents } from '../write-events.js';

const maxRetryMs = 3000;

/** Starts watching the nodes in service, unless the settings say not to. */
export function startWatcher(settings: Settings, base: Base, formation: FormationParts): void {
  const { watch } = settings;
  if (watch.silenceMs === 0) return;
  const answerMs = Math.min(3000, watch.silenceMs);
  // One keepalive unanswered for a whole interval more: two intervals of silence.
  const transport = base.paper.transport(
    new NodeSshTransport({ keepaliveMs: watch.silenceMs, keepaliveCount: 1, attemptMs: answerMs }),
  );
  const watcher = new NodeWatcher(
    {
      transport,
      nodes: () => nodesInService(base.stores),
      reschedule: (formationId, nodes) => rescheduleFormation(formation, formationId, nodes),
      askCloud: (node) => askCloud(formation, node).catch(() => undefined),
      ...containerWatch(base),
      silent: async ({ id }, reason) => {
        await base.stores.nodeSilence.begin(id, reason);
        await base.stores.containers.lostSight(id, now());
      },
      answers: ({ id }) => base.stores.nodeSilence.end(id),
      log: base.log,
      now: () => performance.now(),
    },
    { sweepMs: watch.sweepMs, answerMs, retryMs: Math.min(watch.sweepMs, maxRetryMs) },
  );
  // Nodes come into service, and leave it, by operations.
  const unlisten = base.listener.on(operationChannel, () => watcher.look());
  base.shutdown.add('the watch over the nodes', async () => {
    unlisten();
    await watcher.stop();
  });
  watcher.start();
  startCollector(settings, base, { nodes: () => nodesInService(base.stores), watcher });
}

/** What the cloud says of a node that does not answer. @throws what it answers instead */
async function askCloud(
  formation: FormationParts,
  { formationId, ssh: { name } }: WatchedNode,
): Promise<'moved' | 'gone' | undefined> {
  const within = AbortSignal.timeout(waits.answer);
  // A guest's own nodes are not those that it lives on.
  const place = { groundId: formationId };
  const { moved, gone } = await findMoved(formation, formationId, new Set([name]), within, place);
  if (gone.length > 0) return 'gone';
  return moved.length > 0 ? 'moved' : undefined;
}

/** Follows and sees what containers do, and tells their apps. */
function containerWatch(base: Base): Pick<WatcherParts, 'followContainers' | 'lookAtContainers'> {
  const ends = new ContainerEnds();
  return {
    followContainers: async (node, connection, onEvent, limits) => {
      if (isOnPaper(node.ssh)) return followOnPaper(base, connection, onEvent, limits.signal);
      const hear = (event: ContainerEvent): void => {
        ends.heard(node.id, event);
        onEvent(event.name);
      };
      await followContainerEvents(connection, hear, limits);
    },
    lookAtContainers: async (node, connection, options) => {
      const { looked } = options;
      const seen = isOnPaper(node.ssh)
        ? await seenOnPaper(base.stores, node)
        : ends.addTo(node.id, await readContainers(connection, { ...options, now: now() }), looked);
      await tellApp(base, node, seen);
      await base.stores.containers.saw(
        node.id,
        seen,
        now(),
        looked && [...looked].flatMap((name) => portOf(name) ?? []),
      );
    },
  };
}

/** There operations alone start and end containers. */
async function followOnPaper(
  { listener }: Pick<Base, 'listener'>,
  { closed }: Connection,
  onEvent: () => void,
  signal: AbortSignal,
): Promise<void> {
  const unlisten = listener.on(operationChannel, () => onEvent());
  try {
    await unlessAborted(signal, closed);
  } finally {
    unlisten();
  }
}

/** What is written down to run on a node on paper does so, and never ended. */
async function seenOnPaper(stores: Stores, node: WatchedNode): Promise<ContainerSighting[]> {
  const containers = await stores.containers.ofNode(node.id);
  return containers.map(({ type, num, port, createdAt }) => ({
    process: `${type}.${num}`,
    port,
    seen: { state: 'up', restarts: 0, exitCode: null, outOfMemory: false, since: createdAt.toISOString() },
  }));
}

/** Writes into the app's log what happened to its containers since they were last looked at. */
async function tellApp(
  base: Base,
  { id }: Pick<WatchedNode, 'id'>,
  sightings: readonly ContainerSighting[],
): Promise<void> {
  // Others are on trial, which their deploy tells of, or are being stopped.
  const known = (await base.stores.containers.ofNode(id)).filter(({ state }) => state === 'serving');
  const twice = known.flatMap(({ formationId, type, num, port, seen: before }) => {
    const process = `${type}.${num}`;
    const sighting = sightings.find((each) => each.port === port && each.process === process);
    return sighting === undefined ? [] : [{ formationId, process, before, now: sighting.seen }];
  });
  for (const formationId of new Set(twice.map((each) => each.formationId))) {
    const own = twice.filter((each) => each.formationId === formationId);
    await writeEvents(base, formationId, containerEvents(own, now()));
  }
}

async function nodesInService(stores: Stores): Promise<(WatchedNode & { readonly isProxy: boolean })[]> {
  const nodes = (await stores.nodes.list()).filter(
    ({ status, address }) => (status === 'ready' || status === 'lost') && address !== null,
  );
  const layers = new Map(
    (
      await Promise.all([...new Set(nodes.map(({ layerId }) => layerId))].map((id) => stores.layers.byId(id)))
    ).map((layer) => [layer?.id, layer]),
  );
  return nodes.flatMap((node) => {
    const layer = layers.get(node.layerId);
    return layer === undefined
      ? []
      : [
          {
            id: node.id,
            formationId: node.formationId,
            isLost: node.status === 'lost',
            hasContainers: isOfKind(layer.kind, 'runtime'),
            isProxy: isOfKind(layer.kind, 'proxy'),
            ssh: sshTarget(layer, node),
          },
        ];
  });
}
