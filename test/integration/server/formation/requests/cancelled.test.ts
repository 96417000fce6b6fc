import assert from 'node:assert/strict';
import { balanceContainers } from '../../../../../server/formation/deploy/scale/balance-containers.js';
import { cancelOperation } from '../../../../../server/formation/requests/cancel-operation.js';
import { changeConfig } from '../../../../../server/formation/releases/change-config.js';
import { setMaintenance } from '../../../../../server/formation/proxies/maintenance.js';
import { convergeFormation } from '../../../../../server/formation/converge-formation.js';
import { destroyFormation } from '../../../../../server/formation/destroy-formation.js';
import { destroyNode } from '../../../../../server/formation/nodes/destroy-node.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { restartContainers } from '../../../../../server/formation/deploy/scale/restart-containers.js';
import { rollback } from '../../../../../server/formation/releases/rollback.js';
import { scaleContainers } from '../../../../../server/formation/deploy/scale/scale-containers.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { drainNode } from '../../../../../server/formation/nodes/schedule-node.js';
import {
  convergeSteps,
  deploySteps,
  retireSteps,
  scaleLayersSteps,
} from '../../../../../server/formation/context/steps.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import { Conflict } from '../../../../../base/errors.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

/** Steps of a scale of layers, those of the deploy within it at their place. */
const layerSteps = scaleLayersSteps.flatMap((step): string[] =>
  step === 'deploy' ? [step, ...deploySteps] : [step],
);

describe('an operation that is cancelled or fails at a step', function () {
  this.timeout(60_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.end((await set({ A: 'old' })).id);
    await h.push(['web', 'worker']);
    await h.push(['web', 'worker']);
    assert.equal((await h.scale({ web: 2 })).state, 'succeeded');
    h.steps.length = 0;
  });
  afterEach(() => h.close());

  const set = (values: Record<string, string | null>) => changeConfig(h.parts, h.user, h.formation, values);

  /**
   * Everything that people, nodes and the cloud would see. Numbers of containers are not compared: moved ones
   * may differ.
   */
  async function state() {
    const { formation, layers, nodes, containers, releases } = await h.snapshot();
    const pending = (await h.stores.releases.ofFormation(formation.id)).filter(
      (release) => release.state === 'pending',
    );
    return {
      live: releases.find(({ id }) => id === formation.liveReleaseId)?.version,
      pending: pending.map(({ version }) => version),
      scale: formation.scale,
      config: (await h.stores.configs.present(formation.id))?.values,
      layers: layers.map(({ name, count }) => `${name}=${count}`),
      nodes: nodes.map(({ name, status, scheduling }) => `${name} ${status} ${scheduling}`).sort(),
      machines: [...h.cloud.values()].map(({ name }) => name).sort(),
      containers: await h.containers(),
      running:
        h.nodes.running().filter((line) => nodes.some(({ name }) => line.startsWith(`${name}:`))).length -
        containers.length,
      behindProxy: h.nodes.machine('app-proxy-1').backends.length,
    };
  }

  type State = Awaited<ReturnType<typeof state>>;

  interface Case {
    readonly steps: readonly string[];
    readonly request: () => Promise<OperationRecord>;
    /** After it has been carried out in full, where that differs from before. */
    readonly wanted: Partial<State>;
    /** Steps from which on a cancel comes too late. */
    readonly late?: readonly string[];
  }

  const push = () => h.queuePush(['web', 'worker']);
  const twoNodes = ['app-runtime-1', 'app-runtime-2'];
  const webs = (version: number, ...nodes: string[]) =>
    nodes.map((node, n) => `web.${n + 1}@${node} v${version} serving`);
  const cases: Record<string, Case> = {
    push: { steps: deploySteps, request: push, wanted: { live: 4, containers: webs(4, ...twoNodes) } },
    'config:set': {
      steps: deploySteps,
      request: () => set({ A: null, B: 'new' }),
      wanted: { live: 4, config: { B: 'new' }, containers: webs(4, ...twoNodes) },
    },
    rollback: {
      steps: deploySteps,
      request: () => rollback(h.parts, h.user, h.formation),
      wanted: { live: 4, containers: webs(4, ...twoNodes) },
    },
    'scale up': {
      steps: deploySteps,
      request: () => scaleContainers(h.parts, h.user, h.formation, { web: 2, worker: 1 }),
      wanted: {
        scale: { web: 2, worker: 1 },
        containers: [...webs(3, ...twoNodes), 'worker.1@app-runtime-1 v3 serving'],
      },
    },
    'scale down': {
      steps: deploySteps,
      request: () => scaleContainers(h.parts, h.user, h.formation, { web: 1 }),
      wanted: { scale: { web: 1 }, containers: webs(3, 'app-runtime-1'), behindProxy: 1 },
    },
    restart: {
      steps: deploySteps,
      request: () => restartContainers(h.parts, h.user, h.formation, {}),
      wanted: {},
    },
    balance: { steps: [], request: () => balanceContainers(h.parts, h.user, h.formation), wanted: {} },
    drain: {
      steps: deploySteps,
      request: () => drainNode(h.parts, h.user, h.formation, 'app-runtime-2'),
      wanted: {
        nodes: ['app-proxy-1 ready open', 'app-runtime-1 ready open', 'app-runtime-2 ready drained'],
        containers: webs(3, 'app-runtime-1', 'app-runtime-1'),
      },
    },
    'layers:scale up': {
      steps: layerSteps,
      late: ['drain', 'terminate'],
      request: () => scaleLayers(h.parts, h.user, h.formation, { runtime: 3 }),
      wanted: {
        layers: ['runtime=3', 'proxy=1'],
        nodes: ['app-proxy-1 ready open', ...[1, 2, 3].map((n) => `app-runtime-${n} ready open`)],
        machines: ['app-proxy-1', ...[1, 2, 3].map((n) => `app-runtime-${n}`)],
      },
    },
    'layers:scale down': {
      steps: layerSteps,
      late: ['drain', 'terminate'],
      request: () => scaleLayers(h.parts, h.user, h.formation, { runtime: 1 }),
      wanted: {
        layers: ['runtime=1', 'proxy=1'],
        nodes: ['app-proxy-1 ready open', 'app-runtime-1 ready open'],
        machines: ['app-proxy-1', 'app-runtime-1'],
        containers: webs(3, 'app-runtime-1', 'app-runtime-1'),
      },
    },
    'nodes:destroy': {
      steps: layerSteps,
      late: ['drain', 'terminate'],
      request: () => destroyNode(h.parts, h.user, h.formation, 'app-runtime-2', { keep: false }),
      wanted: {
        layers: ['runtime=1', 'proxy=1'],
        nodes: ['app-proxy-1 ready open', 'app-runtime-1 ready open'],
        machines: ['app-proxy-1', 'app-runtime-1'],
        containers: webs(3, 'app-runtime-1', 'app-runtime-1'),
      },
    },
    'nodes:replace': {
      steps: layerSteps,
      late: ['drain', 'terminate'],
      request: () => replaceNode(h.parts, h.user, h.formation, 'app-runtime-2'),
      wanted: {
        nodes: ['app-proxy-1 ready open', 'app-runtime-1 ready open', 'app-runtime-3 ready open'],
        machines: ['app-proxy-1', 'app-runtime-1', 'app-runtime-3'],
        containers: webs(3, 'app-runtime-1', 'app-runtime-3'),
      },
    },
    converge: {
      steps: convergeSteps,
      request: () => convergeFormation(h.parts, h.user, h.formation),
      wanted: {},
    },
  };

  /** A queued push has cut no release yet; the harness's has. */
  async function cancelEverywhere(name: string, { steps, request, late = [] }: Case): Promise<void> {
    const before = await state();
    if (name !== 'push') {
      assert.equal((await cancelOperation(h.parts, await request())).state, 'cancelled');
      await h.drain();
      assert.deepEqual(await state(), before, 'cancelled in the queue');
    }
    for (const cancelAt of steps.filter((step) => !late.includes(step))) {
      h.steps.length = 0;
      const operation = await h.end((await request()).id, { cancelAt });
      assert.deepEqual(
        [operation.state, operation.error?.message],
        ['cancelled', 'cancelled'],
        `${cancelAt}: ${h.steps.join(' ')}`,
      );
      assert.deepEqual(await state(), before, `cancelled at ${cancelAt}`);
    }
  }

  /**
   * All or nothing, save for nodes: of those what succeeded is kept, and repeating finishes. A failure after
   * `live` comes too late.
   */
  async function failEverywhere({ steps, request, late = [] }: Case): Promise<void> {
    const before = await state();
    for (const failAfter of steps.filter((step) => step !== 'live')) {
      const operation = await h.end((await request()).id, { failAfter });
      assert.equal(operation.state, 'failed', failAfter);
      if (late.length > 0) return;
      assert.deepEqual(await state(), before, `failed after ${failAfter}`);
    }
  }

  for (const [name, one] of Object.entries(cases)) {
    const { steps, request, wanted, late = [] } = one;
    it(`${name}: leaves nothing between, and does as it is told the next time`, async () => {
      const before = await state();
      await cancelEverywhere(name, one);
      await failEverywhere(one);
      const [cancelAt] = late;
      const operation = await h.end((await request()).id, cancelAt === undefined ? {} : { cancelAt });
      assert.equal(operation.state, 'succeeded', `${JSON.stringify(operation.error)} ${steps.join()}`);
      const after = await state();
      const versions =
        wanted.live === undefined
          ? {}
          : {
              live: after.live,
              containers: wanted.containers?.map((line) => line.replace(/v\d+/, `v${after.live}`)),
            };
      assert.deepEqual(after, { ...before, ...wanted, ...versions });
      assert.equal((await h.end((await push()).id)).state, 'succeeded', 'the next push');
      assert.equal((await state()).running, 0);
    });
  }

  it('retire: ends its containers at once when cancelled, also before it began', async () => {
    for (const cancelAt of [...retireSteps, 'the queue']) {
      const { id } = await push();
      await h.runUntil(id, {});
      const [retire] = await h.stores.operations.unfinishedOfFormation(h.formation.id, 'retire');
      const busy = h.nodes.running().length;
      if (cancelAt === 'the queue') assert.equal((await cancelOperation(h.parts, retire!)).state, 'queued');
      const ended = await h.end(retire!.id, cancelAt === 'the queue' ? {} : { cancelAt });
      assert.equal(ended.state, 'succeeded');
      assert.deepEqual([busy, h.nodes.running().length], [4, 2]);
      assert.deepEqual(
        (await h.containers()).filter((line) => !line.endsWith('serving')),
        [],
      );
    }
  });

  it('destroy and changes of the site: a queued destroy is taken back, the rest is refused', async () => {
    const before = await state();
    assert.equal(
      (await cancelOperation(h.parts, await destroyFormation(h.parts, h.user, h.formation))).state,
      'cancelled',
    );
    assert.deepEqual(await state(), before);
    await assert.rejects(
      cancelOperation(h.parts, await setMaintenance(h.parts, h.user, h.formation, true)),
      (error) => error instanceof Conflict && /maintenance:off/.test(error.message),
    );
    const { id } = await destroyFormation(h.parts, h.user, h.formation);
    await h.runUntil(id, { kill: { step: 'terminate', at: 'start' } });
    await assert.rejects(
      cancelOperation(h.parts, (await h.stores.operations.byId(id))!),
      /being destroyed already/,
    );
    await h.drain();
    assert.equal(h.cloud.size, 0);
  });

  it('keeps with the release what its containers left behind, also of one that is live', async () => {
    h.nodes.fault = ({ node }) =>
      h.steps.at(-1) === 'start' && node === 'app-runtime-2' ? 'failed' : undefined;
    const failed = await h.end((await push()).id);
    const scaled = await h.scale({ web: 4 });
    h.nodes.fault = () => undefined;
    for (const [version, operation] of [
      [4, failed],
      [3, scaled],
    ] as const) {
      const [evidence, ...others] = await h.stores.releases.evidenceOf((await h.release(version)).id);
      assert.deepEqual(
        [evidence, others],
        [
          {
            node: 'app-runtime-2',
            container: 'app-runtime-2',
            reason: 'exited with 7',
            exit_code: 7,
            out_of_memory: false,
            restarts: 0,
            lines: ['no cake today'],
            inspect: null,
            operation: operation.id,
            at: h.now.toISOString(),
          },
          [],
        ],
      );
    }
    assert.equal(await h.stores.releases.removeEvidenceBefore(h.now), 0);
    assert.equal(
      await h.stores.releases.removeEvidenceBefore(new Date(h.now.getTime() + 1000)),
      0,
      'their builds are kept',
    );
    await h.stores.builds.markCollected([(await h.release(4)).buildId!]);
    assert.equal(await h.stores.releases.removeEvidenceBefore(new Date(h.now.getTime() + 1000)), 1);
    assert.deepEqual(await h.stores.releases.evidenceOf((await h.release(4)).id), []);
  });

  it('coalesces scales that wait: the last does what all of them ask, and takes all of it back', async () => {
    const before = await state();
    const scale = (counts: Record<string, number>) => scaleContainers(h.parts, h.user, h.formation, counts);
    const layers = (counts: Record<string, number>) => scaleLayers(h.parts, h.user, h.formation, counts);
    const queued = [await scale({ web: 5 }), await scale({ worker: 1 }), await scale({ web: 3 })];
    const grown = [await layers({ runtime: 4 }), await layers({ runtime: 3 })];
    await cancelOperation(h.parts, queued[2]!);
    await cancelOperation(h.parts, grown[1]!);
    assert.deepEqual(await state(), before);
    const again = [
      await scale({ web: 5 }),
      await scale({ worker: 1 }),
      await scale({ web: 3 }),
      await layers({ runtime: 4 }),
      await layers({ runtime: 3 }),
    ];
    await h.drain();
    const ended = await Promise.all(again.map(async ({ id }) => (await h.stores.operations.byId(id))!));
    assert.deepEqual(
      ended.map((one) => one.state),
      ['superseded', 'superseded', 'succeeded', 'superseded', 'succeeded'],
    );
    assert.deepEqual(
      [ended[0]!.error, ended[2]!.params['counts']],
      [{ message: 'superseded by scale worker=1' }, { web: 3, worker: 1 }],
    );
    const after = await state();
    assert.deepEqual(
      [after.scale, after.layers, after.containers.length, after.machines.length],
      [{ web: 3, worker: 1 }, ['runtime=3', 'proxy=1'], 4, 4],
    );
  });

  it('gives a later scale what was before both, and leaves to it what it has changed', async () => {
    const first = await scaleContainers(h.parts, h.user, h.formation, { web: 4 });
    await h.runUntil(first.id, { kill: { step: 'start', at: 'start' } });
    const second = await scaleContainers(h.parts, h.user, h.formation, { web: 5, worker: 1 });
    await h.stores.operations.requestCancel(first.id);
    await h.end(first.id, { cancelAt: 'start' });
    assert.deepEqual(
      [(await h.stores.operations.byId(second.id))!.state, (await state()).scale],
      ['succeeded', { web: 5, worker: 1 }],
    );
    const third = await scaleContainers(h.parts, h.user, h.formation, { web: 1 });
    await h.runUntil(third.id, { kill: { step: 'start', at: 'start' } });
    const fourth = await scaleContainers(h.parts, h.user, h.formation, { web: 3 });
    await h.runUntil(third.id, { cancelAt: 'start' });
    await cancelOperation(h.parts, fourth);
    assert.deepEqual((await state()).scale, { web: 5, worker: 1 });
  });
});
