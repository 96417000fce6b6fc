import assert from 'node:assert/strict';
import { guestsStep } from '../../../../../server/formation/context/steps.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { balanceContainers } from '../../../../../server/formation/deploy/scale/balance-containers.js';
import { rescheduleFormation } from '../../../../../server/formation/deploy/scale/reschedule.js';
import { scaleContainers } from '../../../../../server/formation/deploy/scale/scale-containers.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { destroyNode } from '../../../../../server/formation/nodes/destroy-node.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { drainNode, scheduleNode } from '../../../../../server/formation/nodes/schedule-node.js';
import { cancelOperation } from '../../../../../server/formation/requests/cancel-operation.js';
import { upgradeNode } from '../../../../../server/formation/upgrades/upgrade-node.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import { FormationHarness, type RunOptions } from '../../../../support/server/formation-harness.js';

/** `app` has guests `shop` and `blog`: its operations on nodes wait for theirs, which are operations of their own. */
describe('an operation on nodes with guests, whose controller is killed while these move', function () {
  this.timeout(180_000);
  let h: FormationHarness;
  let counts: readonly (readonly [FormationRecord, number])[];

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.push();
    await h.scale({ web: 2 });
    const [shop, blog] = [await guest('shop', 3), await guest('blog', 1)];
    counts = [
      [h.formation, 2],
      [shop, 3],
      [blog, 1],
    ];
  });
  afterEach(() => h.close());

  async function guest(name: string, web: number): Promise<FormationRecord> {
    const formation = await createFormation(h.parts, h.user, { name, host: h.formation });
    await h.drain();
    await h.end((await h.queuePush(['web'], null, formation)).id);
    await h.end((await scaleContainers(h.parts, h.user, formation, { web })).id);
    return formation;
  }

  const ended = async ({ id }: OperationRecord): Promise<OperationRecord> =>
    (await h.stores.operations.byId(id))!;
  const nodes = async () =>
    (await h.snapshot()).nodes.filter(({ name, status }) => name.includes('runtime') && status === 'ready');

  /** Rows and machines say the same: each container that is to be, once, and no other. */
  async function requireWhole(what: string, away?: string): Promise<void> {
    for (const [{ id, name }, count] of counts) {
      const rows = await h.stores.containers.ofFormation(id);
      const names = await h.stores.nodes.names(rows.map(({ nodeId }) => nodeId));
      const placed = rows.map(({ type, num, nodeId, port }) => `${names.get(nodeId)} ${type}.${num} ${port}`);
      const states = rows.map(({ state }) => state);
      assert.deepEqual([what, name, states], [what, name, Array(count).fill('serving')]);
      assert.deepEqual([what, name, running(id, name)], [what, name, placed.sort()]);
      const left = rows.filter(({ nodeId }) => names.get(nodeId) === away);
      assert.deepEqual([what, name, left], [what, name, []]);
    }
  }

  function running(id: number, name: string): string[] {
    const suffix = id === h.formation.id ? '' : ` (${name})`;
    return [...h.nodes.machines]
      .filter(([key]) => (suffix === '' ? !key.includes('(') : key.endsWith(suffix)))
      .flatMap(([key, { containers }]) =>
        containers.map((container) => {
          const [, process, port] = /-(\w+\.\d+)-v\d+-(\d+)$/.exec(container) ?? [];
          return `${key.slice(0, key.length - suffix.length)} ${process} ${port}`;
        }),
      )
      .sort();
  }

  /** Two nodes that take containers, and containers on both. */
  async function restore(): Promise<void> {
    await scaleLayers(h.parts, h.user, h.formation, { runtime: 2 });
    await h.drainTogether();
    for (const { name, scheduling } of await nodes())
      if (scheduling !== 'open') await scheduleNode(h.parts, h.formation, name, 'open');
    await balanceContainers(h.parts, h.user, h.formation);
    await h.drainTogether();
    await requireWhole('balanced');
    assert.equal((await nodes()).length, 2);
  }

  const ofGuests = ({ kind, formationId }: OperationRecord): boolean =>
    kind === 'reschedule' && formationId !== h.formation.id;
  const dies = (step: string, at: 'start' | 'end'): RunOptions => ({ kill: { step, at } });
  /** When everything dies: by the operation itself, or while it waits, in the midst of what a guest does. */
  const deaths: readonly (readonly [string, (operation: OperationRecord, id: string) => RunOptions])[] = [
    ['before the guests are called', (each, id) => (each.id === id ? dies(guestsStep, 'start') : {})],
    ['while a guest starts elsewhere', (each) => (ofGuests(each) ? dies('start', 'end') : {})],
    ['while a guest switches', (each) => (ofGuests(each) ? dies('switch', 'end') : {})],
    ['when all have moved', (each, id) => (each.id === id ? dies(guestsStep, 'end') : {})],
  ];

  const first = async (): Promise<string> => (await nodes())[0]!.name;
  const destroy = (name: string) => destroyNode(h.parts, h.user, h.formation, name, { keep: false });
  for (const [what, ask] of [
    ['drain', (name: string) => drainNode(h.parts, h.user, h.formation, name)],
    ['replace', (name: string) => replaceNode(h.parts, h.user, h.formation, name)],
    ['destroy', destroy],
  ] as const)
    it(`comes to its end: ${what}`, async () => {
      for (const [when, optionsOf] of deaths) {
        const name = await first();
        const operation = await ask(name);
        await h.drainTogether((each) => optionsOf(each, operation.id));
        assert.equal((await ended(operation)).state, 'running', `${when}: it did not die`);
        await h.drainTogether();
        const { state, error } = await ended(operation);
        assert.deepEqual([when, state, error], [when, 'succeeded', null]);
        await requireWhole(when, name);
        await restore();
      }
    });

  it('comes to its end: upgrade with a reboot', async () => {
    h.nodes.upgrades.end = { reboot: ['a new kernel'] };
    for (const [when, optionsOf] of deaths) {
      const name = await first();
      const operation = await upgradeNode(h.parts, h.user, h.formation, name, { reboot: true });
      const calls = h.nodes.upgrades.calls.length;
      await h.drainTogether((each) => optionsOf(each, operation.id));
      assert.equal((await ended(operation)).state, 'running', `${when}: it did not die`);
      assert.equal(h.nodes.upgrades.calls.length, calls, 'nothing was touched that was not empty');
      await h.drainTogether();
      const { state, error } = await ended(operation);
      assert.deepEqual([when, state, error], [when, 'succeeded', null]);
      await requireWhole(when, name);
      await restore();
    }
  });

  it('comes to its end: a node that is lost, and is back', async () => {
    const look = async (name: string): Promise<void> => {
      await rescheduleFormation(h.parts, h.formation.id, [name]);
    };
    for (const [when, dead] of [
      ['before the guests are called', (each: OperationRecord) => !ofGuests(each)],
      ['while a guest moves', ofGuests],
    ] as const) {
      const name = await first();
      h.nodes.down.add(name);
      await look(name);
      await h.drainTogether((each) => (dead(each) && each.kind === 'reschedule' ? dies('live', 'end') : {}));
      await h.drainTogether();
      for (const [{ id }, count] of counts) {
        const rows = (await h.stores.containers.ofFormation(id)).filter(({ state }) => state === 'serving');
        const names = await h.stores.nodes.names(rows.map(({ nodeId }) => nodeId));
        assert.deepEqual([when, rows.length, [...names.values()].includes(name)], [when, count, false]);
      }
      h.nodes.down.delete(name);
      await look(name);
      await h.drainTogether((each) => (dead(each) && each.kind === 'reschedule' ? dies('start', 'end') : {}));
      await h.drainTogether();
      await requireWhole(`${when}, back`);
      await restore();
    }
  });

  it('is taken back when it was cancelled meanwhile, and guests serve wherever they are', async () => {
    for (const [what, ask] of [
      ['drain', (name: string) => drainNode(h.parts, h.user, h.formation, name)],
      ['replace', (name: string) => replaceNode(h.parts, h.user, h.formation, name)],
      ['destroy', destroy],
    ] as const) {
      const name = await first();
      const operation = await ask(name);
      await h.drainTogether((each) => (ofGuests(each) ? dies('switch', 'end') : {}));
      await cancelOperation(h.parts, await ended(operation));
      await h.drainTogether((each) => (each.id === operation.id ? { isCancelled: true } : {}));
      assert.deepEqual([what, (await ended(operation)).state], [what, 'cancelled']);
      const node = (await nodes()).find((each) => each.name === name);
      assert.deepEqual([what, node?.status, node?.scheduling], [what, 'ready', 'open']);
      await requireWhole(what);
      await restore();
      assert.deepEqual([what, (await nodes()).map((each) => each.name).includes(name)], [what, true]);
    }
  });

  it('gives back what has moved already when it is cancelled while guests move', async () => {
    for (const [what, ask] of [
      ['replace', (name: string) => replaceNode(h.parts, h.user, h.formation, name)],
      ['destroy', destroy],
    ] as const) {
      const name = await first();
      const operation = await ask(name);
      await h.drainTogether((each) => (each.id === operation.id ? { cancelAt: guestsStep } : {}));
      assert.deepEqual([what, (await ended(operation)).state], [what, 'cancelled']);
      assert.deepEqual([what, (await nodes()).length], [what, 2]);
      await requireWhole(what);
      await restore();
      assert.deepEqual([what, (await nodes()).map((each) => each.name).includes(name)], [what, true]);
    }
  });
});
