import { isOnPaper } from '../../../provisioner/paper/paper-address.js';
import { limitEvents } from '../../log/limit-events.js';
import type { NodeWatcher } from '../../health/node-watcher.js';
import type { WatchedNode } from '../../health/watcher-parts.js';
import { apart, hasOthers, type ReadOf } from '../../measures/apart.js';
import { MeasureCollector, type MeasuredMachine } from '../../measures/measure-collector.js';
import { recordMeasure } from '../../measures/record-measure.js';
import type { ReadNow } from '../../measures/take-measure.js';
import type { Settings } from '../../settings/settings.js';
import type { Stores } from '../../store/stores.js';
import { now } from '../constants.js';
import { writeEvents } from '../write-events.js';
import type { Base } from '../open-base.js';

interface Watched {
  readonly nodes: () => Promise<readonly (WatchedNode & { readonly isProxy: boolean })[]>;
  readonly watcher: Pick<NodeWatcher, 'connectionTo'>;
}

/** Starts measuring the nodes that are watched, unless the settings say not to. */
export function startCollector(
  { measureMs }: Pick<Settings, 'measureMs'>,
  base: Pick<Base, 'stores' | 'logs' | 'log' | 'shutdown'>,
  { nodes, watcher }: Watched,
): void {
  if (measureMs === 0) return;
  const { stores, log, shutdown } = base;
  const collector = new MeasureCollector(
    {
      nodes: async () => (await nodes()).flatMap((node) => machineOf(node) ?? []),
      connectionTo: (id) => watcher.connectionTo(id),
      restarts: (node) => restartsOn(stores, node),
      record: (node, read) => record(base, node, read, measureMs / 2),
      now,
      log,
    },
    measureMs,
  );
  shutdown.add('the measures of nodes', () => collector.stop());
  collector.start();
}

/** Keeps what was read of a node as that of each formation there, and tells these of requests that a limit ended. */
async function record(
  base: Pick<Base, 'stores' | 'logs' | 'log'>,
  { id, formationId, name }: MeasuredMachine,
  read: ReadNow,
  minMs: number,
): Promise<void> {
  const { stores } = base;
  const { machine } = read.host;
  if (machine !== undefined) await stores.nodes.sawSize(id, { memory: machine.memory, cpus: machine.cpus });
  for (const each of await readings(stores, formationId, read)) {
    const of = { formationId: each.formationId, node: name };
    const measure = await recordMeasure(stores, of, each.read, minMs);
    const events = limitEvents(name, measure?.traffic?.limited ?? {}, read.at);
    await writeEvents(base, each.formationId, events);
  }
}

async function readings(stores: Stores, formationId: number, read: ReadNow): Promise<readonly ReadOf[]> {
  const whole = [{ formationId, read }];
  if (!hasOthers(read, undefined)) return whole;
  const own = await stores.formations.byId(formationId);
  if (own === undefined || !hasOthers(read, own.name)) return whole;
  return apart(own, await stores.formations.presentOn(formationId), read);
}

/** A node that is lost or on paper has nothing to read. */
function machineOf(node: WatchedNode & { readonly isProxy: boolean }): MeasuredMachine | undefined {
  const { id, formationId, isLost, isProxy, ssh } = node;
  return isLost || isOnPaper(ssh) ? undefined : { id, formationId, name: ssh.name, isProxy };
}

/** As the watch over nodes has seen them. */
async function restartsOn(stores: Stores, node: MeasuredMachine): Promise<ReadNow['restartsOf']> {
  const rows = await stores.containers.ofNode(node.id);
  const seen = new Map(
    rows.map(({ type, num, port, seen: state }) => [`${type}.${num} ${port}`, state?.restarts ?? 0]),
  );
  return ({ process, port }) => seen.get(`${process} ${port}`) ?? 0;
}
