import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Tags } from '../../../../../cookbooks/databag.js';
import {
  placeContainers,
  type ContainerPlan,
  type PlacementInput,
} from '../../../../../server/formation/placement/place-containers.js';
import type { ContainerRecord } from '../../../../../server/store/app/container-store.js';
import type { NodeRecord } from '../../../../../server/store/infrastructure/node-store.js';
import { container, layer, node, proxy, snapshot } from '../../../../support/server/formation-snapshots.js';

const release = 2;
const types = ['web', 'worker'] as const;

interface Case {
  readonly given: PlacementInput;
  readonly counts: ReadonlyMap<string, number>;
  /** What each type asks for. */
  readonly asked: Readonly<Record<string, Tags>>;
}

const tags: fc.Arbitrary<Tags> = fc.record(
  { disk: fc.constantFrom('ssd', 'hdd'), zone: fc.constantFrom('a', 'b') },
  { requiredKeys: [] },
);
const layers = fc
  .tuple(tags, tags, tags)
  .map(([one, two, three]) => [
    layer(1, 'runtime', 'runtime', { tags: one }),
    layer(3, 'fast', 'runtime', { tags: two }),
    layer(4, 'box', 'box', { tags: three }),
  ]);
const nodes = fc.uniqueArray(
  fc.record({
    of: fc.integer({ min: 0, max: 2 }),
    num: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('ready', 'ready', 'ready', 'lost', 'removing'),
    scheduling: fc.constantFrom('open', 'open', 'open', 'cordoned', 'drained'),
  }),
  { selector: ({ of, num }) => `${of}/${num}`, minLength: 1, maxLength: 7 },
);
const rows = fc.array(
  fc.record({
    on: fc.nat({ max: 20 }),
    type: fc.constantFrom(...types),
    num: fc.integer({ min: 1, max: 6 }),
    state: fc.constantFrom('starting', 'serving', 'serving', 'retiring'),
    releaseId: fc.constantFrom(1, release, release),
  }),
  { maxLength: 15 },
);

const cases: fc.Arbitrary<Case> = fc
  .record({
    layers,
    nodes,
    rows,
    web: fc.nat({ max: 7 }),
    worker: fc.nat({ max: 3 }),
    forWeb: tags,
    forWorker: tags,
  })
  .map((each) => {
    const all = each.nodes.map(({ of, num, status, scheduling }) =>
      node(each.layers[of]!, num, status as NodeRecord['status'], {
        scheduling: scheduling as NodeRecord['scheduling'],
      }),
    );
    const containers = each.rows.map(({ on, type, num, state, releaseId }, index) =>
      container(
        all[on % all.length]!.id,
        type,
        num,
        5000 + index,
        state as ContainerRecord['state'],
        releaseId,
        index + 1,
      ),
    );
    return {
      given: snapshot({ layers: [...each.layers, proxy], nodes: all, containers }),
      counts: new Map([
        ['web', each.web],
        ['worker', each.worker],
      ]),
      asked: { web: each.forWeb, worker: each.forWorker },
    };
  });

const plan = ({ given, counts, asked }: Case): ContainerPlan =>
  placeContainers(given, release, counts, { tagsOf: (type) => asked[type]! });

/** Nodes whose layer has what a type asks for. */
function matching({ given, asked }: Case, type: string): NodeRecord[] {
  return given.nodes.filter((each) => {
    const present = given.layers.find(({ id }) => id === each.layerId)!.tags;
    return Object.entries(asked[type]!).every(([name, value]) => present[name] === value);
  });
}

function open(of: Case, type: string): string[] {
  return matching(of, type)
    .filter(({ status, scheduling }) => status === 'ready' && scheduling === 'open')
    .map(({ id }) => id);
}

const isClosed = ({ given }: Case): boolean =>
  given.nodes.every(({ status, scheduling }) => status !== 'ready' || scheduling !== 'open');

function always(check: (of: Case, planned: ContainerPlan) => void): void {
  fc.assert(
    fc.property(cases, (of) => check(of, plan(of))),
    { numRuns: 1000 },
  );
}

describe('placement by tags', () => {
  it('puts and keeps containers only where their type finds all that it asks for', () =>
    always((of, { start, keep }) => {
      for (const { type, nodeId } of start)
        assert.ok(open(of, type).includes(nodeId), `${type} on ${nodeId}`);
      for (const { type, nodeId } of keep)
        assert.ok(
          matching(of, type).some(({ id }) => id === nodeId),
          `${type} on ${nodeId}`,
        );
    }));

  it('gives each type its numbers 1..n where an open node has what it asks for, and starts none elsewhere', () =>
    always((of, { start, keep }) => {
      for (const [type, count] of of.counts) {
        const nums = [...start, ...keep].filter((each) => each.type === type).map(({ num }) => num);
        if (open(of, type).length > 0)
          assert.deepEqual(
            nums.sort((a, b) => a - b),
            Array.from({ length: count }, (_, index) => index + 1),
          );
        else assert.ok(start.every((each) => each.type !== type));
      }
    }));

  it('spreads each type over the nodes that have it, so that none has two more than another', () =>
    always((of, { start, keep }) => {
      for (const type of types) {
        const each = open(of, type).map(
          (id) => [...start, ...keep].filter((one) => one.type === type && one.nodeId === id).length,
        );
        assert.ok(
          each.length === 0 || Math.max(...each) - Math.min(...each) <= 1,
          `${type}: ${each.join(' ')}`,
        );
      }
    }));

  it('moves no more than it must: each node keeps what it has, up to its share', () =>
    always((of, { keep }) => {
      for (const type of types) {
        const ids = open(of, type);
        const held = matching(of, type).filter(
          ({ status, scheduling }) => status === 'ready' && scheduling === 'cordoned',
        );
        if (ids.length === 0 || held.length > 0) continue;
        const count = of.counts.get(type)!;
        const present = of.given.containers.filter(
          (each) =>
            each.type === type &&
            each.num <= count &&
            each.releaseId === release &&
            each.state !== 'retiring',
        );
        // Of two of a number one goes in any case: only those that stand once count here.
        const single = present.filter(
          ({ num, id }) => !present.some((other) => other.num === num && other.id !== id),
        );
        for (const id of ids) {
          const share = Math.floor(count / ids.length);
          const here = single.filter(({ nodeId }) => nodeId === id).length;
          const kept = keep.filter((each) => each.type === type && each.nodeId === id).length;
          assert.ok(kept >= Math.min(here, share), `${type} on ${id}: ${kept} of ${here}`);
        }
      }
    }));

  it('is the same plan whatever the order of rows, and nothing is left to do when it is carried out', () =>
    always((of, planned) => {
      const { given } = of;
      const turned = {
        ...given,
        nodes: [...given.nodes].reverse(),
        layers: [...given.layers].reverse(),
        containers: [...given.containers].reverse(),
      };
      const again = plan({ ...of, given: turned });
      assert.deepEqual([again.start, again.keep], [planned.start, planned.keep]);
      const started = planned.start.map(({ nodeId, type, num, port }, index) =>
        container(nodeId, type, num, port, 'serving', release, 1000 + index),
      );
      const done = plan({ ...of, given: { ...given, containers: [...planned.keep, ...started] } });
      assert.deepEqual([done.start, done.retire], [[], []]);
    }));

  it('keeps what serves where no open node has its tags, on a node that is lost or drained, too', () =>
    always((of, { keep }) => {
      for (const [type, count] of of.counts) {
        if (open(of, type).length > 0 || isClosed(of)) continue;
        const there = matching(of, type)
          .filter(({ status }) => status !== 'removing')
          .map(({ id }) => id);
        const serving = of.given.containers.filter(
          (each) =>
            each.type === type &&
            each.num <= count &&
            each.releaseId === release &&
            each.state === 'serving' &&
            there.includes(each.nodeId),
        );
        for (const { num } of serving)
          assert.ok(
            keep.some((each) => each.type === type && each.num === num),
            `${type}.${num}`,
          );
      }
    }));

  it('changes nothing where nobody asks for tags', () =>
    always((of) => {
      const asked = { web: {}, worker: {} };
      assert.deepEqual(plan({ ...of, asked }), placeContainers(of.given, release, of.counts));
    }));
});
