import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  placeContainers,
  type ContainerPlan,
  type PlacementInput,
} from '../../../../../server/formation/placement/place-containers.js';
import { demandOf, type Beside } from '../../../../../server/formation/placement/node-load.js';
import type { ContainerRecord, OthersContainer } from '../../../../../server/store/app/container-store.js';
import type { NodeRecord } from '../../../../../server/store/infrastructure/node-store.js';
import {
  container,
  layer,
  node,
  proxy,
  runtime,
  snapshot,
} from '../../../../support/server/formation-snapshots.js';

const release = 2;
const secondRuntime = layer(3, 'big', 'runtime');

const nodes = fc
  .uniqueArray(
    fc.record({
      scheduling: fc.constantFrom('open', 'open', 'open', 'cordoned', 'drained'),
      of: fc.constantFrom(runtime, secondRuntime, proxy),
      num: fc.integer({ min: 1, max: 4 }),
      status: fc.constantFrom('ready', 'ready', 'ready', 'lost', 'removing', 'booting', 'pending'),
    }),
    { selector: ({ of, num }) => `${of.id}/${num}`, maxLength: 8 },
  )
  .map((specs) =>
    specs.map(({ of, num, status, scheduling }) =>
      node(of, num, status as NodeRecord['status'], { scheduling: scheduling as NodeRecord['scheduling'] }),
    ),
  );

const input: fc.Arbitrary<PlacementInput> = nodes.chain((all) => {
  const places = all.filter(({ layerId }) => layerId !== proxy.id);
  if (places.length === 0)
    return fc.constant(snapshot({ nodes: all, layers: [runtime, secondRuntime, proxy] }));
  const row = fc.record({
    nodeId: fc.constantFrom(...places.map(({ id }) => id)),
    type: fc.constantFrom('web', 'worker', 'clock'),
    num: fc.integer({ min: 1, max: 6 }),
    port: fc.integer({ min: 5000, max: 5012 }),
    state: fc.constantFrom('starting', 'serving', 'serving', 'retiring', 'removing'),
    releaseId: fc.constantFrom(1, release, release),
  });
  const rows = fc.uniqueArray(row, { selector: ({ nodeId, port }) => `${nodeId}:${port}`, maxLength: 25 });
  return rows.map((each) =>
    snapshot({
      nodes: all,
      layers: [runtime, secondRuntime, proxy],
      containers: each.map(({ nodeId, type, num, port, state, releaseId }, index) =>
        container(nodeId, type, num, port, state as ContainerRecord['state'], releaseId, index + 1),
      ),
    }),
  );
});
const wanted = fc
  .record({ web: fc.integer({ min: 0, max: 9 }), worker: fc.integer({ min: 0, max: 4 }) })
  .map((scale) => new Map(Object.entries(scale)));

const sizes = fc.option(
  fc.record({ memory: fc.integer({ min: 1, max: 64 }), cpus: fc.integer({ min: 1, max: 16 }) }),
);
/** What may be on nodes beside, and how large these are: nothing of that may decide more than a choice. */
const grounds = fc.record({
  sizes: fc.array(sizes, { minLength: 8, maxLength: 8 }),
  beside: fc.array(
    fc.record({
      node: fc.nat({ max: 7 }),
      memory: fc.option(fc.integer({ min: 1, max: 8 })),
      cpus: fc.option(fc.integer({ min: 1, max: 4 })),
      use: fc.option(
        fc.record({ memory: fc.nat({ max: 2 ** 34 }), cpus: fc.double({ min: 0, max: 8, noNaN: true }) }),
      ),
    }),
    { maxLength: 30 },
  ),
  own: fc.record({
    memory: fc.option(fc.integer({ min: 1, max: 8 })),
    cpus: fc.option(fc.integer({ min: 1, max: 4 })),
  }),
});
type Ground = typeof grounds extends fc.Arbitrary<infer T> ? T : never;
const gibibyte = 2 ** 30;
const bytes = (gibibytes: number | null): number | null => (gibibytes === null ? null : gibibytes * gibibyte);

/** The same nodes in other sizes, beside others. */
function onGround(
  given: PlacementInput,
  counts: ReadonlyMap<string, number>,
  { sizes: all, beside, own }: Ground,
  evenly = false,
): ContainerPlan {
  const sized = given.nodes.map((each, index) => {
    const size = all[index] ?? null;
    return { ...each, size: size && { ...size, memory: size.memory * gibibyte } };
  });
  const others: Beside[] = beside.flatMap(({ node: index, memory, cpus, use }, place) => {
    const nodeId = given.nodes[index]?.id;
    if (nodeId === undefined) return [];
    return [{ nodeId, port: 6000 + place, memory: bytes(memory), cpus, use: use ?? undefined }];
  });
  return placeContainers({ ...given, nodes: sized }, release, counts, {
    beside: others,
    demand: () => demandOf({ memory: bytes(own.memory), cpus: own.cpus }),
    evenly,
  });
}

const good = (of: PlacementInput): string[] =>
  of.nodes
    .filter(
      ({ status, layerId, scheduling }) =>
        status === 'ready' && layerId !== proxy.id && scheduling === 'open',
    )
    .map(({ id }) => id);
const cordoned = (of: PlacementInput): string[] =>
  of.nodes
    .filter(
      ({ status, layerId, scheduling }) =>
        status === 'ready' && layerId !== proxy.id && scheduling === 'cordoned',
    )
    .map(({ id }) => id);
const placed = (plan: ContainerPlan, type: string) =>
  [...plan.keep, ...plan.start].filter((each) => each.type === type);

function always(
  check: (given: PlacementInput, counts: ReadonlyMap<string, number>, plan: ContainerPlan) => void,
): void {
  fc.assert(
    fc.property(input, wanted, (given, counts) =>
      check(given, counts, placeContainers(given, release, counts)),
    ),
    { numRuns: 1000 },
  );
}

describe('placeContainers', () => {
  it('gives each type exactly the numbers 1..n, or none where no runtime node is open', () =>
    always((given, counts, plan) => {
      for (const [type, count] of counts) {
        const nums = placed(plan, type)
          .map(({ num }) => num)
          .sort((a, b) => a - b);
        assert.deepEqual(
          nums,
          good(given).length === 0 ? [] : Array.from({ length: count }, (_, n) => n + 1),
        );
      }
    }));

  it('starts only on open ready nodes of runtime layers, and keeps on cordoned ones what runs there', () =>
    always((given, counts, plan) => {
      for (const { nodeId } of plan.start) assert.ok(good(given).includes(nodeId), nodeId);
      for (const { nodeId } of plan.keep)
        assert.ok(good(given).includes(nodeId) || cordoned(given).includes(nodeId), nodeId);
      if (good(given).length === 0) return;
      const kept = new Set(plan.keep.map(({ type, num }) => `${type}.${num}`));
      const there = given.containers.filter(
        ({ nodeId, releaseId, state, type, num }) =>
          cordoned(given).includes(nodeId) &&
          releaseId === release &&
          (state === 'starting' || state === 'serving') &&
          num <= (counts.get(type) ?? 0),
      );
      for (const { type, num } of there) assert.ok(kept.has(`${type}.${num}`), `${type}.${num}`);
    }));

  it('spreads each type so that no node has two more than another', () =>
    always((given, counts, plan) => {
      for (const type of counts.keys()) {
        const each = good(given).map((id) => placed(plan, type).filter(({ nodeId }) => nodeId === id).length);
        assert.ok(
          each.length === 0 || Math.max(...each) - Math.min(...each) <= 1,
          `${type}: ${each.join(' ')}`,
        );
      }
    }));

  it('spreads all types together, too, when asked to, and is then done', () => {
    fc.assert(
      fc.property(input, wanted, (given, counts) => {
        const open = { ...given, nodes: given.nodes.filter(({ scheduling }) => scheduling !== 'cordoned') };
        const plan = placeContainers(open, release, counts, { evenly: true });
        const each = good(open).map(
          (id) => [...plan.keep, ...plan.start].filter(({ nodeId }) => nodeId === id).length,
        );
        assert.ok(each.length === 0 || Math.max(...each) - Math.min(...each) <= 1, each.join(' '));
        const started = plan.start.map(({ nodeId, type, num, port }, index) =>
          container(nodeId, type, num, port, 'serving', release, 1000 + index),
        );
        const again = placeContainers({ ...open, containers: [...plan.keep, ...started] }, release, counts, {
          evenly: true,
        });
        assert.deepEqual([again.start, again.retire], [[], []]);
      }),
      { numRuns: 1000 },
    );
  });

  it('spreads each type as evenly over nodes of any size, with anything beside, and moves nothing for it', () => {
    fc.assert(
      fc.property(input, wanted, grounds, grounds, (given, counts, one, other) => {
        const plan = onGround(given, counts, one);
        for (const type of counts.keys()) {
          const each = good(given).map(
            (id) => placed(plan, type).filter(({ nodeId }) => nodeId === id).length,
          );
          assert.ok(each.length === 0 || Math.max(...each) - Math.min(...each) <= 1, each.join(' '));
        }
        const started = plan.start.map(({ nodeId, type, num, port }, index) =>
          container(nodeId, type, num, port, 'serving', release, 1000 + index),
        );
        const after = { ...given, containers: [...plan.keep, ...started] };
        const later = onGround(after, counts, other);
        assert.deepEqual([later.start, later.retire], [[], []], 'whatever is used meanwhile');
      }),
      { numRuns: 1000 },
    );
  });

  it('even out by what is there, and are done then', () => {
    fc.assert(
      fc.property(input, wanted, grounds, (given, counts, ground) => {
        const plan = onGround(given, counts, ground, true);
        const started = plan.start.map(({ nodeId, type, num, port }, index) =>
          container(nodeId, type, num, port, 'serving', release, 1000 + index),
        );
        const again = onGround({ ...given, containers: [...plan.keep, ...started] }, counts, ground, true);
        assert.deepEqual([again.start, again.retire], [[], []]);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not depend on the order of those beside', () => {
    fc.assert(
      fc.property(input, wanted, grounds, (given, counts, ground) => {
        const turned = { ...ground, beside: [...ground.beside].reverse() };
        assert.deepEqual(onGround(given, counts, ground).start, onGround(given, counts, turned).start);
      }),
    );
  });

  it('chooses the node that is least full with it, of its memory or its cores', () => {
    const mebi = 1024 ** 2;
    const sized = (...of: readonly (readonly [memory: number, cpus: number] | null)[]) =>
      of.map((size, index) =>
        node(runtime, index + 1, 'ready', { size: size && { memory: size[0] * mebi, cpus: size[1] } }),
      );
    const first = (nodes: NodeRecord[], beside: Beside[], limits: Parameters<typeof demandOf>[0] = {}) =>
      placeContainers(snapshot({ nodes }), release, new Map([['web', 1]]), {
        beside,
        demand: () => demandOf(limits),
      }).start[0]!.nodeId.at(-1);
    const on = (num: number, more: Partial<Beside> = {}): Beside => ({
      nodeId: `app-runtime-${num}`,
      port: 5000 + num,
      memory: null,
      cpus: null,
      ...more,
    });
    const [small, large] = [
      [1024, 1],
      [8192, 4],
    ] as const;
    assert.equal(first(sized(small, large), []), '2', 'the larger one is emptier with it');
    assert.equal(first(sized(small, large), [on(2), on(2)]), '2', 'for as long as it is');
    assert.equal(first(sized(small, large), [on(2, { memory: 7168 * mebi })]), '1');
    assert.equal(
      first(sized(large, large), [on(1, { cpus: 2 }), on(2, { memory: 3072 * mebi })]),
      '2',
      'cores count, too',
    );
    assert.equal(first(sized(large, large), [on(1, { cpus: 1 }), on(2, { memory: 3072 * mebi })]), '1');
    assert.equal(
      first(sized(large, large), [on(1, { use: { memory: 2048 * mebi, cpus: 0.1 } }), on(2), on(2)]),
      '2',
      'use, where there is no limit',
    );
    const both = { memory: 512 * mebi, cpus: 0.1, use: { memory: 4096 * mebi, cpus: 3 } };
    assert.equal(
      first(sized(large, large), [on(1, both), on(2), on(2), on(2)]),
      '1',
      'a limit counts, not the use',
    );
    assert.equal(first(sized(small, null, large), []), '3', 'an unknown size is taken to be small');
    assert.equal(first(sized(small, large), [], { memory: 16 * mebi, cpus: 1 }), '2');
  });

  it('never gives out a port that a row of the node holds, nor one twice, nor one out of range', () =>
    always((given, _counts, plan) => {
      const taken = new Set(given.containers.map(({ nodeId, port }) => `${nodeId}:${port}`));
      for (const { nodeId, port } of plan.start) {
        assert.ok(!taken.has(`${nodeId}:${port}`) && port >= 5000 && port <= 9999);
        taken.add(`${nodeId}:${port}`);
      }
    }));

  it('keeps only what is of the release and retires all else that starts or serves, each once', () =>
    always((given, _counts, plan) => {
      assert.ok(
        plan.keep.every(
          ({ releaseId, state }) => releaseId === release && (state === 'starting' || state === 'serving'),
        ),
      );
      const present = given.containers
        .filter(({ state }) => state === 'starting' || state === 'serving')
        .map(({ id }) => id)
        .sort((a, b) => a - b);
      assert.deepEqual(
        [...plan.keep, ...plan.retire].map(({ id }) => id).sort((a, b) => a - b),
        present,
      );
    }));

  it('is the same plan when it is half carried out, and nothing is left to do when it is', () =>
    always((given, counts, plan) => {
      const started = plan.start.map(({ nodeId, type, num, port }, index) =>
        container(nodeId, type, num, port, 'starting', release, 1000 + index),
      );
      const half = placeContainers(
        { ...given, containers: [...given.containers, ...started] },
        release,
        counts,
      );
      assert.deepEqual([half.start, half.retire], [[], plan.retire]);
      const again = placeContainers({ ...given, containers: [...plan.keep, ...started] }, release, counts);
      assert.deepEqual([again.start, again.retire], [[], []]);
    }));

  it('does not depend on the order of rows', () =>
    always((given, counts, plan) => {
      const turned = {
        ...given,
        nodes: [...given.nodes].reverse(),
        containers: [...given.containers].reverse(),
        layers: [...given.layers].reverse(),
      };
      const again = placeContainers(turned, release, new Map([...counts].reverse()));
      assert.deepEqual([again.start, again.keep], [plan.start, plan.keep]);
    }));

  it('keeps as many as the even spread lets it: one more node moves only its share', () => {
    const two = [node(runtime, 1), node(runtime, 2)];
    const rows = [1, 2, 3, 4, 5, 6].map((num) =>
      container(two[num % 2]!.id, 'web', num, 5000 + num, 'serving', release),
    );
    const plan = placeContainers(
      snapshot({ nodes: [...two, node(runtime, 3)], containers: rows }),
      release,
      new Map([['web', 6]]),
    );
    assert.deepEqual([plan.keep.length, plan.start.length, plan.retire.length], [4, 2, 2]);
    assert.ok(plan.start.every(({ nodeId }) => nodeId === 'app-runtime-3'));
  });

  it('moves nothing when a node joins that the spread does not need', () => {
    const rows = [container('app-runtime-1', 'web', 1, 5000, 'serving', release)];
    const plan = placeContainers(
      snapshot({ nodes: [node(runtime, 1), node(runtime, 2)], containers: rows }),
      release,
      new Map([['web', 1]]),
    );
    assert.deepEqual(plan, { keep: rows, start: [], retire: [] });
  });

  it('puts single containers of several types on different nodes', () => {
    const plan = placeContainers(
      snapshot({ nodes: [node(runtime, 1), node(runtime, 2)] }),
      release,
      new Map([
        ['web', 1],
        ['worker', 1],
      ]),
    );
    assert.deepEqual(
      plan.start.map(({ type, nodeId }) => [type, nodeId]),
      [
        ['web', 'app-runtime-1'],
        ['worker', 'app-runtime-2'],
      ],
    );
  });

  it('puts what the spread leaves open where the containers of other formations may use least', () => {
    const [mebi, three] = [1024 ** 2, [1, 2, 3].map((num) => node(runtime, num))];
    const on = (num: number, memory: number | null) => ({
      nodeId: three[num - 1]!.id,
      port: 5000,
      memory,
      cpus: null,
    });
    const placedBeside = (others: PlacementInput['others'], counts: Record<string, number>, limit?: number) =>
      placeContainers({ ...snapshot({ nodes: three }), others }, release, new Map(Object.entries(counts)), {
        demand: () => demandOf({ memory: limit }),
      }).start.map(({ type, nodeId }) => `${type} ${nodeId.at(-1)}`);
    assert.deepEqual(
      placedBeside([on(1, null), on(2, null)], { web: 1 }),
      ['web 3'],
      'counted without limits',
    );
    assert.deepEqual(
      placedBeside([on(1, 100 * mebi), on(2, null), on(3, 1024 * mebi)], { web: 1 }),
      ['web 1'],
      'a limit counts for what it is',
    );
    assert.deepEqual(
      placedBeside(
        [on(1, 10 * mebi), on(2, 20 * mebi), on(3, 500 * mebi)],
        { web: 1, worker: 1 },
        400 * mebi,
      ),
      ['web 1', 'worker 2'],
      'and so do those of its own other types',
    );
    assert.deepEqual(
      placedBeside([on(1, 4096 * mebi)], { web: 4 }).sort(),
      ['web 1', 'web 2', 'web 2', 'web 3'],
      'the even spread goes before it',
    );
  });

  it('goes by what stood beside it at first, where it is asked to, and gives out no port taken since', () => {
    const two = [node(runtime, 1), node(runtime, 2)];
    const one = new Map([['web', 1]]);
    const [first] = placeContainers({ ...snapshot({ nodes: two }), others: [] }, release, one).start;
    const others = [{ nodeId: first!.nodeId, port: first!.port, memory: null, cpus: null }];
    const meanwhile = { ...snapshot({ nodes: two }), others };
    const [moved] = placeContainers(meanwhile, release, one).start;
    assert.notEqual(moved!.nodeId, first!.nodeId);
    const [kept] = placeContainers(meanwhile, release, one, { beside: [] }).start;
    assert.equal(kept!.nodeId, first!.nodeId);
    assert.notEqual(kept!.port, first!.port);
  });

  it('spreads ten apps of one container each over the nodes that they share', () => {
    const three = [1, 2, 3].map((num) => node(runtime, num));
    const others: OthersContainer[] = [];
    for (let app = 0; app < 10; app += 1) {
      const [own] = placeContainers(
        { ...snapshot({ nodes: three }), others },
        release,
        new Map([['web', 1]]),
      ).start;
      others.push({ nodeId: own!.nodeId, port: own!.port, memory: null, cpus: null });
    }
    const each = three.map(({ id }) => others.filter(({ nodeId }) => nodeId === id).length);
    assert.deepEqual(each.sort(), [3, 3, 4]);
  });

  it('leaves what serves of a release before where it is while no open node has the tags of its type', () => {
    const fast = layer(4, 'fast', 'runtime', { tags: { disk: 'ssd' } });
    const [old, extra, leftOver] = [
      container('app-fast-1', 'web', 1, 5001, 'serving', 1),
      container('app-fast-1', 'web', 3, 5002, 'serving', 1),
      container('app-fast-1', 'web', 2, 5003, 'starting', 1),
    ];
    const worker = container('app-runtime-1', 'worker', 1, 5004, 'serving', 1);
    const plan = (status: NodeRecord['status'], tags: Record<string, string>) =>
      placeContainers(
        snapshot({
          layers: [runtime, fast, proxy],
          nodes: [node(runtime, 1), node(fast, 1, status)],
          containers: [old, extra, leftOver, worker],
        }),
        release,
        new Map([
          ['web', 2],
          ['worker', 1],
        ]),
        { tagsOf: (type) => (type === 'web' ? tags : {}) },
      );
    const away = plan('lost', { disk: 'ssd' });
    assert.deepEqual([away.keep, away.retire], [[], [extra, leftOver, worker]]);
    assert.deepEqual(
      away.start.map(({ type, num, nodeId }) => [type, num, nodeId]),
      [['worker', 1, 'app-runtime-1']],
    );
    const back = plan('ready', { disk: 'ssd' });
    assert.deepEqual([back.start.length, back.retire.length], [3, 4], 'now others can take its place');
    assert.equal(plan('lost', { disk: 'hdd' }).retire.length, 4, 'where it was not to be either');
  });

  it('retires types that are no longer wanted', () => {
    const worker = container('app-runtime-1', 'worker', 1, 5001, 'serving', release);
    assert.deepEqual(
      placeContainers(snapshot({ nodes: [node(runtime, 1)], containers: [worker] }), release, new Map())
        .retire,
      [worker],
    );
  });

  it('refuses with a text when a node has no port left', () => {
    const rows = Array.from({ length: 5000 }, (_, index) =>
      container('app-runtime-1', 'web', index + 1, 5000 + index, 'retiring', 1),
    );
    assert.throws(
      () =>
        placeContainers(
          snapshot({ nodes: [node(runtime, 1)], containers: rows }),
          release,
          new Map([['web', 1]]),
        ),
      /all ports from 5000 to 9999/,
    );
  });
});
