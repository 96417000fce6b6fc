import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import type { DownloadEnds } from '../../../../../server/formation/context/formation-parts.js';
import { readFacts } from '../../../../../server/formation/context/formation-work.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { scaleLayersSteps } from '../../../../../server/formation/context/steps.js';
import { OperationDeadline } from '../../../../../server/operation/operation-errors.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('scaling layers', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
  });

  afterEach(() => h.close());

  const nodes = async (): Promise<string[]> =>
    (await h.snapshot()).nodes.map(({ name, status }) => `${name} ${status}`).sort();
  const machines = (): string[] => [...h.cloud.values()].map(({ name }) => name).sort();

  it('enters every step each time, launches, and spreads containers over new nodes', async () => {
    await h.push();
    const up = await h.scaleLayers({ runtime: 1, proxy: 1 });
    assert.deepEqual([up.state, up.result?.['counts']], ['succeeded', { proxy: 1, runtime: 1 }]);
    await h.scale({ web: 4 });
    h.steps.length = 0;
    const more = await h.scaleLayers({ runtime: 2 });
    assert.equal(more.state, 'succeeded', JSON.stringify(more.error));
    const entered = h.steps.filter((step) => scaleLayersSteps.some((each) => each === step));
    assert.deepEqual(entered.slice(0, scaleLayersSteps.length), [...scaleLayersSteps]);
    assert.deepEqual(await nodes(), ['app-proxy-1 ready', 'app-runtime-1 ready', 'app-runtime-2 ready']);
    const perNode = ['app-runtime-1', 'app-runtime-2'].map((name) => h.nodes.machine(name).containers.length);
    assert.deepEqual(perNode, [2, 2]);
  });

  it('waits for no converge as long as for the step around it, so that the node is named', async () => {
    const late: string[] = [];
    h.nodes.onWait = (deadlineMs) => {
      if (deadlineMs + 60_000 > h.stepMs) late.push(`${h.steps.at(-1)}: ${deadlineMs} of ${h.stepMs} ms`);
    };
    await h.push();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.scale({ web: 4 });
    h.nodes.down.add('app-runtime-2');
    await h.push();
    h.nodes.down.clear();
    await h.push();
    h.nodes.fault = ({ node }) => (node === 'app-proxy-1' ? 'failed' : undefined);
    await h.push();
    h.nodes.fault = () => undefined;
    await h.scaleLayers({ runtime: 1 });
    for (const step of ['probe', 'prefetch', 'start', 'switch', 'undo', 'remove', 'terminate'])
      assert.ok(h.steps.includes(step), step);
    assert.deepEqual(late, []);
  });

  it('tells the first nodes where the controller is, which is known only when their network is there', async () => {
    let isThere = false;
    h.cloudFault = (call) => void (isThere ||= call === 'create-layer');
    h.controllerAddresses = () => Promise.resolve(isThere ? ['10.200.0.1'] : []);
    const signedFor: DownloadEnds[] = [];
    Object.assign(h.parts, {
      signDownload: (key: string, ends: DownloadEnds) =>
        signedFor.push(ends) && `http://${ends.controllers[0]}/${ends.clients.join()}/${key}`,
    });
    await h.push();
    assert.equal((await h.scaleLayers({ runtime: 1, proxy: 1 })).state, 'succeeded');
    assert.ok(h.nodes.calls.length > 0 && signedFor.length > 0);
    for (const { databag } of h.nodes.calls) assert.deepEqual(databag.controllers, ['10.200.0.1']);
    for (const { controllers } of signedFor) assert.deepEqual(controllers, ['10.200.0.1']);
    const addresses = [...h.nodes.machines.values()].map(({ address }) => address);
    assert.deepEqual([...new Set(signedFor.map(({ clients }) => new Set(clients).size))], [1]);
    assert.deepEqual([...new Set(signedFor.flatMap(({ clients }) => clients))].sort(), addresses.sort());
  });

  it('does not wait for ever for a cloud that does not say where the controller is', async () => {
    await h.scaleLayers({ runtime: 1 });
    h.controllerAddresses = () => new Promise(() => undefined);
    const ask = readFacts(h.parts, h.formation.id, new AbortController().signal, 50);
    await assert.rejects(
      ask,
      (error) => error instanceof OperationDeadline && /controller's addresses/.test(error.message),
    );
    await assert.rejects(
      readFacts(h.parts, h.formation.id, AbortSignal.abort(new Error('cancelled'))),
      /cancelled/,
    );
  });

  it("pins each node's host key before the launch", async () => {
    await h.scaleLayers({ runtime: 2 });
    const keys = (await h.snapshot()).nodes.map(({ hostPublicKey }) => hostPublicKey);
    assert.equal(new Set(keys).size, 2);
    for (const key of keys) assert.match(key, /^ssh-ed25519 AAAA/);
  });

  it('drains first: containers run elsewhere and proxies know it before a node goes', async () => {
    await h.scaleLayers({ runtime: 3, proxy: 1 });
    await h.push();
    await h.scale({ web: 3 });
    const terminated: string[] = [];
    h.cloudFault = (call, name) => {
      if (call !== 'terminate') return;
      terminated.push(name);
      assert.deepEqual(h.nodes.machine(name).containers, [], 'nothing runs there any more');
      const left = h.nodes.machine('app-proxy-1').backends;
      assert.equal(left.length, 3);
      assert.ok(!left.some((backend) => backend.startsWith(`${h.nodes.machine(name).address}:`)));
    };
    const down = await h.scaleLayers({ runtime: 1 });
    assert.equal(down.state, 'succeeded', JSON.stringify(down.error));
    assert.deepEqual(terminated.sort(), ['app-runtime-2', 'app-runtime-3']);
    assert.deepEqual(
      [await nodes(), machines()],
      [
        ['app-proxy-1 ready', 'app-runtime-1 ready'],
        ['app-proxy-1', 'app-runtime-1'],
      ],
    );
    assert.equal(h.nodes.machine('app-runtime-1').containers.length, 3);
  });

  it('takes the last runtime node away when asked to, and brings the live release back with the next', async () => {
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push();
    const down = await h.scaleLayers({ runtime: 0 });
    assert.equal(down.state, 'succeeded', JSON.stringify(down.error));
    assert.deepEqual(
      [h.nodes.machine('app-proxy-1').backends, await h.containers(), machines()],
      [[], [], ['app-proxy-1']],
    );
    assert.equal(await h.liveVersion(), 1);
    const up = await h.scaleLayers({ runtime: 1 });
    assert.equal(up.state, 'succeeded', JSON.stringify(up.error));
    assert.deepEqual(await h.containers(), ['web.1@app-runtime-1 v1 serving']);
  });

  for (const when of ['launch', 'launch-after-id', 'boot', 'converge'] as const) {
    it(`keeps the others when one node fails in ${when}, names it, and finishes when repeated`, async () => {
      await h.push();
      h.cloudFault = (call, name) => {
        if (call === when && name === 'app-runtime-2') throw new Error('no capacity');
      };
      if (when === 'boot') h.unbootable.add('app-runtime-2');
      h.nodes.fault = ({ node }) => (when === 'converge' && node === 'app-runtime-2' ? 'failed' : undefined);
      const first = await h.scaleLayers({ runtime: 3, proxy: 1 });
      assert.equal(first.state, 'failed');
      assert.equal(first.error!.node!.split(', ')[0], 'app-runtime-2');
      assert.match(first.error!.message, /What succeeded is kept/);
      const broken = (await h.snapshot()).nodes.find(({ name }) => name === 'app-runtime-2')!;
      assert.ok(broken.lastError !== null && broken.status !== 'ready');
      assert.ok((await nodes()).includes('app-runtime-3 ready'));
      assert.equal((await h.containers()).length, 1, 'the release runs on what is there');
      h.cloudFault = () => undefined;
      h.unbootable.clear();
      h.nodes.fault = () => undefined;
      const second = await h.scaleLayers({ runtime: 3, proxy: 1 });
      assert.equal(second.state, 'succeeded', JSON.stringify(second.error));
      assert.deepEqual(await nodes(), [
        'app-proxy-1 ready',
        'app-runtime-1 ready',
        'app-runtime-2 ready',
        'app-runtime-3 ready',
      ]);
      assert.equal(h.cloud.size, 4);
      assert.equal((await h.snapshot()).nodes.find(({ name }) => name === 'app-runtime-2')!.lastError, null);
    });
  }

  for (const step of scaleLayersSteps) {
    for (const at of ['start', 'end'] as const) {
      it(`finishes after the controller was killed at the ${at} of ${step}, up and down`, async () => {
        await h.push();
        await h.scale({ web: 3 });
        const up = await h.scaleLayers({ runtime: 3, proxy: 1 }, { kill: { step, at } });
        assert.deepEqual([up.state, up.attempts], ['succeeded', 2]);
        assert.equal(h.cloud.size, 4);
        assert.deepEqual(
          ['1', '2', '3'].map((num) => h.nodes.machine(`app-runtime-${num}`).containers.length),
          [1, 1, 1],
        );
        const down = await h.scaleLayers({ runtime: 1 }, { kill: { step, at } });
        assert.deepEqual([down.state, down.attempts], ['succeeded', 2], JSON.stringify(down.error));
        assert.deepEqual(
          [await nodes(), machines()],
          [
            ['app-proxy-1 ready', 'app-runtime-1 ready'],
            ['app-proxy-1', 'app-runtime-1'],
          ],
        );
        assert.equal(h.nodes.machine('app-runtime-1').containers.length, 3);
        assert.equal(h.nodes.machine('app-proxy-1').backends.length, 3);
      });
    }
  }

  it('goes on removing a node whose termination failed', async () => {
    await h.scaleLayers({ runtime: 2 });
    h.cloudFault = (call) => {
      if (call === 'terminate') throw new Error('the cloud is away');
    };
    const failed = await h.scaleLayers({ runtime: 1 });
    assert.match(failed.error!.message, /app-runtime-2: the cloud is away/);
    assert.deepEqual(await nodes(), ['app-runtime-1 ready', 'app-runtime-2 removing']);
    h.cloudFault = () => undefined;
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'succeeded');
    assert.deepEqual([await nodes(), machines()], [['app-runtime-1 ready'], ['app-runtime-1']]);
  });

  it('is cancelled, not failed, when it is cancelled', async () => {
    assert.equal((await h.scaleLayers({ runtime: 1 }, { cancelAt: 'boot' })).state, 'cancelled');
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'succeeded');
    assert.equal(h.cloud.size, 1);
  });

  it('keeps no machine after a cancel, though an earlier request had written its node down', async () => {
    h.cloudFault = (call) => {
      if (call === 'launch') throw new Error('the cloud is away');
    };
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'failed');
    assert.equal(machines().length, 0);
    h.cloudFault = () => undefined;
    assert.equal((await h.scaleLayers({ runtime: 1 }, { cancelAt: 'boot' })).state, 'cancelled');
    assert.deepEqual([await nodes(), machines()], [[], []]);
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'succeeded');
    assert.deepEqual(machines(), ['app-runtime-1']);
  });

  it('replaces what ran on nodes that cannot be reached by new nodes', async () => {
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push();
    h.nodes.down.add('app-runtime-1');
    const scaled = await h.scaleLayers({ runtime: 2 });
    assert.equal(scaled.state, 'succeeded', JSON.stringify(scaled.error));
    assert.ok((await h.containers()).includes('web.1@app-runtime-2 v1 serving'));
    assert.deepEqual(h.nodes.machine('app-proxy-1').backends.length, 1);
    assert.ok((await nodes()).includes('app-runtime-1 lost'));
  });

  for (const [counts, field, why] of [
    [{ db: 1 }, 'db', /no layer "db": layers are runtime, proxy|proxy, runtime/],
    [{ runtime: -1 }, 'runtime', /from 0 up/],
    [{ runtime: 1.5 }, 'runtime', /whole number/],
    [{ runtime: Number.NaN }, 'runtime', /whole number/],
    [{ runtime: 1, proxy: 1000 }, 'proxy', /at most 200/],
    [{}, undefined, /at least one/],
  ] as const) {
    it(`refuses ${JSON.stringify(counts)} and changes nothing`, async () => {
      await assert.rejects(
        scaleLayers(h.parts, h.user, h.formation, counts),
        (error: unknown) => error instanceof UserError && error.field === field && why.test(error.message),
      );
      assert.deepEqual(
        (await h.stores.layers.ofFormation(h.formation.id)).map(({ count }) => count),
        [0, 0],
      );
      assert.deepEqual(await h.stores.operations.unfinishedOfFormation(h.formation.id), []);
    });
  }
});
