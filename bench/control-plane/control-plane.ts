/*
 * `[SECONDS]` of each burst of requests (2). First what the API's list of formations takes beside a bare
 * handler, see control-plane/list-formations.ts; then what the control plane's pure decisions cost for a
 * formation of 500 nodes and 10,000 containers, and how that grows from a hundredth of it. A placement of
 * nothing, one of a new release beside the old, and the databag. Medians of several rounds.
 */
import { calculateDatabag } from '../../server/formation/databag/calculate-databag.js';
import { placeContainers } from '../../server/formation/placement/place-containers.js';
import type { FormationSnapshot } from '../../server/store/app/formation-snapshot.js';
import {
  container,
  node,
  release,
  runtime,
  snapshot,
} from '../../test/support/server/formation-snapshots.js';
import type { Benchmark, Figure } from '../benchmark.js';
import { measureListing } from './list-formations.js';

const rounds = 5;
const newRelease = 2;

function timed(act: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    act();
    return performance.now() - began;
  });
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

/** The formation with every container of release 1 in service. */
function formation(
  nodes: number,
  containers: number,
): {
  readonly empty: FormationSnapshot;
  readonly full: FormationSnapshot;
  readonly wanted: ReadonlyMap<string, number>;
} {
  const empty = snapshot({
    nodes: Array.from({ length: nodes }, (_, n) => node(runtime, n + 1)),
    releases: [release(1), release(newRelease)],
    formation: { liveReleaseId: 1 },
  });
  const wanted = new Map([
    ['web', Math.ceil(containers * 0.8)],
    ['worker', Math.floor(containers * 0.2)],
  ]);
  const rows = placeContainers(empty, 1, wanted).start.map(({ nodeId, type, num, port }) =>
    container(nodeId, type, num, port),
  );
  return { empty, full: { ...empty, containers: rows }, wanted };
}

function measured(scale: number): Figure[] {
  const [nodes, containers] = [5 * scale, 100 * scale];
  const { empty, full, wanted } = formation(nodes, containers);
  const size = `${containers} containers on ${nodes} nodes`;
  const isWhole = scale === 100;
  const facts = { controllers: ['10.0.0.1'], healthSeconds: 60 };
  return [
    {
      name: `place ${size}`,
      value: timed(() => placeContainers(empty, 1, wanted)),
      unit: 'ms',
      ...(isWhole ? { target: { atMost: 1_000 } } : {}),
    },
    {
      name: `plan a new release of ${size}`,
      value: timed(() => placeContainers(full, newRelease, wanted)),
      unit: 'ms',
      ...(isWhole ? { target: { atMost: 1_000 } } : {}),
    },
    {
      name: `calculate the databag of ${size}`,
      value: timed(() => calculateDatabag(full, facts)),
      unit: 'ms',
      ...(isWhole ? { target: { atMost: 200 } } : {}),
    },
  ];
}

export const benchmark: Benchmark = {
  about:
    'GET formations beside a bare Express + pg handler; placing containers and calculating databags, ' +
    'up to 10,000 containers on 500 nodes',
  measure: async ({ args, talk }) => {
    const [seconds = 2] = args.map(Number);
    const listing = await measureListing(seconds, talk);
    return [...listing, ...[1, 10, 100].flatMap(measured)];
  },
};
