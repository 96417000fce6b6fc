import { isOnPaper } from '../../../provisioner/paper/paper-address.js';
import { limitEvents } from '../../log/limit-events.js';
import type { NodeWatcher } from '../../health/node-watcher.js';
import type { WatchedNode } from '../../health/watcher-parts.js';
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
      record: async ({ id, formationId, name }, all) => {
        const { machine } = all.host;
        if (machine !== undefined)
          await stores.nodes.sawSize(id, { memory: machine.memory, cpus: machine.cpus });
        const { read, ofGuests } = await apart(stores, formationId, all);
        for (const guest of ofGuests)
          await recordMeasure(stores, { formationId: guest.id, node: name }, guest.read, measureMs / 2);
        const measure = await recordMeasure(stores, { formationId, node: name }, read, measureMs / 2);
        const events = limitEvents(name, measure?.traffic?.limited ?? {}, read.at);
        await writeEvents(base, formationId, events);
      },
      now,
      log,
    },
    measureMs,
  );
  shutdown.add('the measures of nodes', () => collector.stop());
  collector.start();
}

/** What was read of a node as its own formation's, and as that of each guest with containers there. */
async function apart(
  stores: Stores,
  formationId: number,
  read: ReadNow,
): Promise<{ readonly read: ReadNow; readonly ofGuests: readonly { id: number; read: ReadNow }[] }> {
  if (read.named.size === 0) return { read, ofGuests: [] };
  const only = (name: string): ReadNow['named'] =>
    new Map([...read.named].filter(([, { formation }]) => formation === name));
  const own = await stores.formations.byId(formationId);
  const others = [...read.named.values()].some(({ formation }) => formation !== own?.name);
  if (own === undefined || !others) return { read, ofGuests: [] };
  // Disks, the machine and proxies are the node's.
  const host = { ...read.host, disks: [], machine: undefined, traffic: undefined };
  const guests = await stores.formations.presentOn(formationId);
  return {
    read: { ...read, named: only(own.name) },
    ofGuests: guests.map(({ id, name }) => ({ id, read: { ...read, host, named: only(name) } })),
  };
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
