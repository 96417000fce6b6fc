import { readFormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { Stores } from '../../store/stores.js';
import { moveKind } from '../requests/kinds/move.js';
import type { Placed } from './service-truth.js';

/**
 * Where a formation connects from: the nodes that it lives on, and while it moves between hosts those of the other one
 * on which something of it runs still, or is about to. None: it is gone.
 */
export async function consumerPlaces(stores: Stores, formationId: number): Promise<Placed[]> {
  return stores.snapshot(async (view) => {
    const here = await readFormationSnapshot(view, formationId);
    if (here === undefined) return [];
    const { formerHostId, vacantHostId } = here.formation;
    const others = [formerHostId, vacantHostId].filter((id) => id !== null);
    if (others.length === 0) return [here];
    const [to, running] = [await destination(view, formationId), await runningNodes(view, formationId)];
    const elsewhere = await Promise.all(
      others.map((groundId) => readFormationSnapshot(view, formationId, [], { groundId })),
    );
    return [
      here,
      ...elsewhere.flatMap((place, index) => {
        if (place === undefined) return [];
        const isAll = others[index] === to;
        return [{ ...place, nodes: place.nodes.filter(({ id }) => isAll || running.has(id)) }];
      }),
    ];
  });
}

/** Of a move that has not ended. */
async function destination(stores: Stores, formationId: number): Promise<number | undefined> {
  const unfinished = await stores.operations.unfinishedOfFormation(formationId, 'formation');
  const move = unfinished.find((operation) => moveKind.is(operation));
  return move && moveKind.read(move).to;
}

/** Those with containers, one-off commands among them. */
async function runningNodes(stores: Stores, formationId: number): Promise<ReadonlySet<string>> {
  const all = [
    ...(await stores.containers.ofFormation(formationId)),
    ...(await stores.runs.unfinishedOfFormation(formationId)),
  ];
  return new Set(all.map(({ nodeId }) => nodeId));
}
