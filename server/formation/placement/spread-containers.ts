/** A container that may stay where it is. */
export interface Candidate {
  readonly num: number;
  readonly nodeId: string;
}

export interface Spread<C extends Candidate> {
  readonly keep: readonly C[];
  /** Numbers still to be given a container, with the node of each. */
  readonly missing: readonly Candidate[];
}

/** How full a node would be with one container more, lower is better: of each node as many numbers, the first first. */
export type LoadOf = (nodeId: string) => readonly number[];

/**
 * Spreads containers of one type, by number, over nodes so that no node has two more than another, moving as
 * few as possible. Each node's share is the whole quotient, and the remainder goes to nodes that hold most
 * already, then to those with the least `load` (other types and formations), then to the first. So a load moves nothing
 * that is spread well. Same input, same answer.
 *
 * With `evenly` the `load` decides before what a node holds already: called type after type, all types
 * together are then spread as evenly as each alone, for some more moves.
 *
 * @param nodeIds in order of preference, not empty unless `nums` is
 * @param candidates of distinct numbers within `nums`, on these nodes; those to be kept first come first
 */
export function spreadContainers<C extends Candidate>(
  nodeIds: readonly string[],
  nums: readonly number[],
  candidates: readonly C[],
  load: LoadOf,
  evenly = false,
): Spread<C> {
  const shares = sharesOf(nodeIds, nums.length, candidates, load, evenly);
  const placed = new Map<string, number>(nodeIds.map((id) => [id, 0]));
  const add = (nodeId: string): unknown => placed.set(nodeId, placed.get(nodeId)! + 1);
  const keep = candidates.filter(({ nodeId }) => {
    const fits = placed.get(nodeId)! < shares.get(nodeId)!;
    if (fits) add(nodeId);
    return fits;
  });
  const kept = new Set(keep.map(({ num }) => num));
  const slots = openSlots(nodeIds, { placed, shares, load });
  const missing = nums.filter((num) => !kept.has(num)).map((num, place) => ({ num, nodeId: slots[place]! }));
  return { keep, missing };
}

/**
 * A node for each container that is missing, in the order in which they are given out: always the node with
 * the fewest, then with the least load.
 */
function openSlots(
  nodeIds: readonly string[],
  {
    placed,
    shares,
    load,
  }: {
    readonly placed: ReadonlyMap<string, number>;
    readonly shares: ReadonlyMap<string, number>;
    readonly load: LoadOf;
  },
): string[] {
  const slots = nodeIds.flatMap((id, order) => {
    const open = Math.max(0, shares.get(id)! - placed.get(id)!);
    return Array.from({ length: open }, (_, level) => ({
      id,
      claim: [placed.get(id)! + level, ...load(id), order],
    }));
  });
  return slots.sort((one, other) => compare(one.claim, other.claim)).map(({ id }) => id);
}

function sharesOf(
  nodeIds: readonly string[],
  count: number,
  candidates: readonly Candidate[],
  load: LoadOf,
  evenly: boolean,
): Map<string, number> {
  const least = Math.floor(count / nodeIds.length);
  const counts = new Map<string, number>();
  for (const { nodeId } of candidates) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  const held = (id: string): number => counts.get(id) ?? 0;
  const claimOf = (id: string): number[] => (evenly ? [...load(id), -held(id)] : [-held(id), ...load(id)]);
  const byClaim = nodeIds
    .map((id, order) => ({ id, claim: [...claimOf(id), order] }))
    .sort((a, b) => compare(a.claim, b.claim));
  return new Map(byClaim.map(({ id }, place) => [id, least + (place < count % nodeIds.length ? 1 : 0)]));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return 0;
}
