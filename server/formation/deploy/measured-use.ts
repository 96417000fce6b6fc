import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { MeasureRecord } from '../../store/app/measure-store.js';
import type { NodeSize } from '../../store/infrastructure/node-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { averageUse, type Beside } from '../placement/node-load.js';

/** What nodes were and carried at a moment, for placement. */
export interface Carried {
  /** Containers of other formations. */
  readonly beside: readonly Beside[];
  /** Id of a node -> what its machine has; absent where nobody knows. */
  readonly sizes: ReadonlyMap<string, NodeSize>;
  /** Process type of the formation -> what its containers used on average; none of those that nobody measured. */
  readonly used: ReadonlyMap<string, NodeSize>;
}

type Place = Pick<Beside, 'nodeId' | 'port'>;

/** What was read longer ago says nothing of now. */
const freshSeconds = 300;

/** What the formation's nodes carry now, as far as they were read of late. */
export async function readCarried(
  parts: Pick<FormationParts, 'stores' | 'now'>,
  snapshot: FormationSnapshot,
): Promise<Carried> {
  const useOf = await readUse(parts, snapshot);
  const beside = (snapshot.others ?? []).map((each) => ({ ...each, use: useOf(each) }));
  const sizes = snapshot.nodes.flatMap(({ id, size }): [string, NodeSize][] => (size ? [[id, size]] : []));
  const uses = new Map<string, NodeSize[]>();
  for (const container of snapshot.containers) {
    const use = container.state === 'serving' ? useOf(container) : undefined;
    if (use !== undefined) uses.set(container.type, [...(uses.get(container.type) ?? []), use]);
  }
  const used = [...uses].flatMap(([type, all]): [string, NodeSize][] => {
    const average = averageUse(all);
    return average === undefined ? [] : [[type, average]];
  });
  return { beside, sizes: new Map(sizes), used: new Map(used) };
}

async function readUse(
  { stores, now }: Pick<FormationParts, 'stores' | 'now'>,
  { formation, host, nodes }: FormationSnapshot,
): Promise<(place: Place) => NodeSize | undefined> {
  const ground = host?.id ?? formation.id;
  const present = await stores.formations.presentOn(ground);
  const formations = new Set([ground, formation.id, ...present.map(({ id }) => id)]);
  const since = new Date(now().getTime() - freshSeconds * 1000);
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const rows = await stores.measures.newestOnNodes([...formations], [...names.values()], since);
  const uses = usesOf(rows);
  return ({ nodeId, port }) => uses.get(`${names.get(nodeId)} ${port}`);
}

/** By name of the node and port, which no two containers there have at once. */
function usesOf(rows: readonly MeasureRecord[]): Map<string, NodeSize> {
  const ordered = [...rows].sort((one, other) => one.at.getTime() - other.at.getTime());
  return new Map(
    ordered.flatMap(({ node, measure: { seconds, containers } }) =>
      Object.entries(containers).map(([key, { cpuMs, memory }]): [string, NodeSize] => [
        `${node} ${key.slice(key.lastIndexOf(' ') + 1)}`,
        { memory, cpus: cpuMs / 1000 / seconds },
      ]),
    ),
  );
}
