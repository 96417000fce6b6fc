import assert from 'node:assert/strict';
import { changeConfig } from '../../../../../server/formation/releases/change-config.js';
import { createLayer } from '../../../../../server/formation/layers/create-layer.js';
import { deploySteps } from '../../../../../server/formation/context/steps.js';
import type { Fault } from '../../../../support/fakes/fake-nodes.js';
import { FormationHarness, type Kill } from '../../../../support/server/formation-harness.js';

describe('deployRelease', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
  });

  afterEach(() => h.close());

  /** Two runtime nodes, a proxy, and v1 live with web.1 and web.2. */
  async function withLiveRelease(): Promise<void> {
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.push(['web', 'worker']);
    assert.equal((await h.scale({ web: 2 })).state, 'succeeded');
    h.steps.length = 0;
    h.lines.length = 0;
  }

  const state = async () => ({
    rows: await h.containers(),
    running: h.nodes.running(),
    slugs: h.nodes.slugs(),
    backends: h.nodes.machine('app-proxy-1').backends,
    live: await h.liveVersion(),
  });

  it('leaves a release pending while it has nowhere to run, says how to scale, and deploys it then', async () => {
    const push = await h.push();
    assert.equal(push.state, 'succeeded');
    assert.equal((await h.release(1)).state, 'pending');
    assert.ok(
      h.lines.some((line) => line.includes('deis layers:scale runtime=1 proxy=1')),
      h.lines.join('\n'),
    );
    const scaled = await h.scaleLayers({ runtime: 1, proxy: 1 });
    assert.deepEqual([scaled.state, scaled.error], ['succeeded', null]);
    assert.equal((await h.release(1)).state, 'live');
    assert.deepEqual(await h.containers(), ['web.1@app-runtime-1 v1 serving']);
    assert.equal(h.nodes.machine('app-proxy-1').backends.length, 1);
  });

  it('says which layers to make where there are none, and what to scale where no process type is', async () => {
    const [runtime, proxy] = await h.stores.layers.ofFormation(h.formation.id);
    await h.stores.layers.delete(runtime!.id);
    await h.stores.layers.delete(proxy!.id);
    const push = await h.push(['worker', 'clock']);
    assert.equal(push.state, 'succeeded');
    assert.match(
      String(push.result?.['hint']),
      /no runtime layer yet: `deis layers:create runtime FLAVOR` and `deis layers:create proxy FLAVOR`.*`deis layers:scale runtime=1 proxy=1`/,
    );
    await createLayer(h.parts, h.user, h.formation, {
      name: 'apps',
      kind: 'runtime',
      flavor: (await h.stores.flavors.byName(h.user.id, 'mock'))!,
    });
    assert.match(
      String((await h.push(['worker', 'clock'])).result?.['hint']),
      /no runtime nodes yet: `deis layers:create proxy FLAVOR`, then scale with `deis layers:scale apps=1 proxy=1`/,
    );
    await h.scaleLayers({ apps: 1 });
    assert.match(
      String((await h.push(['worker', 'clock'])).result?.['hint']),
      /nothing of it runs yet: start it with `deis scale clock=1 worker=1`/,
    );
  });

  it('says that a process type which served is gone with the release', async () => {
    await withLiveRelease();
    assert.equal((await h.push(['worker'])).state, 'succeeded');
    assert.ok(
      h.lines.includes(' !     web was stopped: the Procfile of v2 does not have it'),
      h.lines.join('\n'),
    );
    assert.deepEqual(await h.containers(), []);
  });

  it('goes live without a proxy', async () => {
    await h.scaleLayers({ runtime: 1 });
    assert.equal((await h.push()).state, 'succeeded');
    assert.equal(await h.liveVersion(), 1);
  });

  it('replaces the old release: new beside old, then the switch, then the old go', async () => {
    await withLiveRelease();
    const from = h.nodes.calls.length;
    const push = await h.push(['web', 'worker']);
    assert.deepEqual([push.state, push.result], ['succeeded', { release: 2, state: 'live', containers: 2 }]);
    assert.deepEqual(h.steps, [...deploySteps, 'drain', 'remove']);
    const calls = h.nodes.calls.slice(from).map(
      ({ node, databag }) =>
        `${node} ${databag.placements
          .map((placement) => `v${placement.release} ${placement.state}`)
          .sort()
          .join(', ')}`,
    );
    assert.deepEqual(
      [...new Set(calls)],
      [
        'app-runtime-1 v1 serving, v1 serving',
        'app-runtime-2 v1 serving, v1 serving',
        'app-runtime-1 v1 serving, v1 serving, v2 starting, v2 starting',
        'app-runtime-2 v1 serving, v1 serving, v2 starting, v2 starting',
        'app-proxy-1 v1 retiring, v1 retiring, v2 serving, v2 serving',
        'app-runtime-1 v2 serving, v2 serving',
        'app-runtime-2 v2 serving, v2 serving',
      ],
    );
    assert.deepEqual(await h.containers(), [
      'web.1@app-runtime-1 v2 serving',
      'web.2@app-runtime-2 v2 serving',
    ]);
    const [one, two] = [await h.release(1), await h.release(2)];
    assert.deepEqual([one.state, one.reason, two.state], ['superseded', 'by v2', 'live']);
    assert.equal(h.nodes.opened, h.nodes.closed);
  });

  it('gives every phase a generation of its own and records it with the nodes', async () => {
    await withLiveRelease();
    const from = h.nodes.calls.length;
    await h.push(['web', 'worker']);
    const generations = h.nodes.calls.slice(from).map(({ databag }) => databag.generation);
    assert.equal(new Set(generations).size, 4);
    assert.deepEqual(
      [...generations].sort((a, b) => a - b),
      generations,
    );
    const runtime = (await h.snapshot()).nodes.find(({ name }) => name === 'app-runtime-1')!;
    assert.deepEqual(
      [runtime.generation, runtime.lastAction, runtime.lastError],
      [generations.at(-1), 'retire', null],
    );
  });

  it('passes signed URLs of slugs and image beside the databag, never in it', async () => {
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push();
    for (const { databag } of h.nodes.calls) assert.doesNotMatch(JSON.stringify(databag), /signature/);
  });

  for (const step of ['prefetch', 'start', 'switch'] as const) {
    for (const fault of ['failed', 'unreachable'] as const) {
      it(`puts all back when a node ${fault === 'failed' ? 'fails' : 'is lost'} in ${step}`, async () => {
        await withLiveRelease();
        const before = await state();
        const node = step === 'switch' ? 'app-proxy-1' : 'app-runtime-2';
        h.nodes.fault = (call) => (h.steps.at(-1) === step && call.node === node ? fault : undefined);
        const push = await h.push(['web', 'worker']);
        assert.equal(push.state, 'failed');
        assert.equal(push.error?.node, node);
        assert.match(push.error.message, new RegExp(node));
        assert.deepEqual(await state(), before);
        const failed = await h.release(2);
        assert.equal(failed.state, 'failed');
        assert.match(failed.reason!, fault === 'failed' ? /no cake today/ : /cannot be reached/);
        if (fault === 'failed') assert.ok(h.lines.some((line) => line.includes('no cake today')));
        assert.equal((await h.release(1)).state, 'live');
        h.nodes.fault = () => undefined;
        assert.equal((await h.push(['web', 'worker'])).state, 'succeeded', 'the next push is not disturbed');
        assert.deepEqual(h.nodes.running().length, 2);
      });
    }
  }

  it('keeps the ports of containers that it could not remove, and removes them when the node answers', async () => {
    await withLiveRelease();
    const faults: Record<string, Fault> = { start: 'failed', undo: 'unreachable', remove: 'unreachable' };
    h.nodes.fault = (call) => (call.node === 'app-runtime-2' ? faults[h.steps.at(-1)!] : undefined);
    assert.equal((await h.push(['web', 'worker'])).state, 'failed');
    assert.ok((await h.containers()).includes('web.2@app-runtime-2 v2 removing'));
    const held = (await h.snapshot()).containers.find(({ state: each }) => each === 'removing')!;
    const from = h.nodes.calls.length;
    h.nodes.fault = () => undefined;
    assert.equal((await h.push(['web', 'worker'])).state, 'succeeded');
    assert.deepEqual(await h.containers(), [
      'web.1@app-runtime-1 v3 serving',
      'web.2@app-runtime-2 v3 serving',
    ]);
    const placements = h.nodes.calls.slice(from).flatMap(({ databag }) => databag.placements);
    assert.ok(
      placements.length > 0 &&
        !placements.some(({ node, port }) => node === 'app-runtime-2' && port === held.port),
    );
    assert.ok(!(await h.snapshot()).containers.some(({ id }) => id === held.id));
    assert.equal(h.nodes.running().length, 2);
  });

  it('fails the scale, not the live release, when more containers do not start', async () => {
    await withLiveRelease();
    const before = await state();
    h.nodes.fault = () => (h.steps.at(-1) === 'start' ? 'failed' : undefined);
    assert.equal((await h.scale({ web: 6 })).state, 'failed');
    assert.deepEqual(await state(), before);
    assert.equal((await h.release(1)).state, 'live');
  });

  const kills: Kill[] = [
    ...deploySteps.flatMap((step): Kill[] => [
      { step, at: 'start' },
      { step, at: 'end' },
    ]),
    ...(['prefetch', 'start', 'switch'] as const).map((step): Kill => ({ step, at: 'converge' })),
  ];
  for (const kill of kills) {
    it(`finishes after the controller was killed at the ${kill.at} of ${kill.step}`, async () => {
      await withLiveRelease();
      const push = await h.push(['web', 'worker'], { kill });
      assert.deepEqual([push.state, push.attempts], ['succeeded', 2]);
      assert.deepEqual(await h.containers(), [
        'web.1@app-runtime-1 v2 serving',
        'web.2@app-runtime-2 v2 serving',
      ]);
      assert.deepEqual(h.nodes.running().length, 2);
      assert.equal(h.nodes.machine('app-proxy-1').backends.length, 2);
      assert.equal((await h.release(2)).state, 'live');
    });
  }

  for (const at of ['start', 'end', 'converge'] as const) {
    it(`goes on putting back after the controller was killed at the ${at} of that`, async () => {
      await withLiveRelease();
      const before = await state();
      const isSwitch = (): boolean => h.steps.at(-1) === 'switch';
      h.nodes.fault = () => (isSwitch() ? 'failed' : undefined);
      const { id } = await h.queuePush(['web', 'worker']);
      await h.runUntil(id, { kill: { step: 'undo', at } });
      h.nodes.fault = () => (isSwitch() ? 'failed' : undefined);
      const push = await h.end(id);
      assert.deepEqual([push.state, push.attempts], ['failed', 2]);
      assert.deepEqual(await state(), before);
      assert.equal((await h.release(2)).state, 'failed');
    });
  }

  for (const cancelAt of deploySteps) {
    it(`puts all back when it is cancelled at ${cancelAt}`, async () => {
      await withLiveRelease();
      const before = await state();
      const push = await h.push(['web', 'worker'], { cancelAt });
      assert.equal(push.state, 'cancelled');
      assert.deepEqual(await state(), before);
      assert.deepEqual([(await h.release(2)).state, (await h.release(2)).reason], ['failed', 'cancelled']);
    });
  }

  for (const kill of [
    { step: 'start', at: 'end' },
    { step: 'switch', at: 'end' },
    { step: 'live', at: 'start' },
  ] as const) {
    it(`puts all back when it was killed at the ${kill.at} of ${kill.step}, and cancelled meanwhile`, async () => {
      await withLiveRelease();
      const before = await state();
      const { id } = await h.queuePush(['web', 'worker']);
      await h.runUntil(id, { kill });
      const push = await h.end(id, { isCancelled: true });
      assert.deepEqual([push.state, push.attempts], ['cancelled', 2]);
      assert.deepEqual(await state(), before);
      assert.equal((await h.release(2)).state, 'failed');
    });
  }

  it('is done, and undoes nothing, when the connection is lost after the release has become live', async () => {
    await withLiveRelease();
    const push = await h.push(['web', 'worker'], { failAfter: 'live' });
    assert.deepEqual([push.state, push.result], ['succeeded', { release: 2, state: 'live', containers: 2 }]);
    assert.deepEqual(await h.containers(), [
      'web.1@app-runtime-1 v2 serving',
      'web.2@app-runtime-2 v2 serving',
    ]);
    assert.deepEqual([h.nodes.running().length, h.nodes.machine('app-proxy-1').backends.length], [2, 2]);
    assert.deepEqual([(await h.release(1)).state, (await h.release(2)).state], ['superseded', 'live']);
  });

  it('keeps the moved containers of a scale whose old ones are in charge of their retirement already', async () => {
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push();
    assert.equal((await h.scale({ web: 2 })).state, 'succeeded');
    const scaled = await h.scaleLayers({ runtime: 2 }, { failAfter: 'live' });
    assert.equal(scaled.state, 'succeeded', JSON.stringify(scaled.error));
    assert.deepEqual(
      (await h.containers()).map((line) => line.replace(/web\.\d/, 'web')),
      ['web@app-runtime-1 v1 serving', 'web@app-runtime-2 v1 serving'],
    );
    assert.deepEqual([h.nodes.running().length, h.nodes.machine('app-proxy-1').backends.length], [2, 2]);
  });

  it('leaves out a node that cannot be reached, and tells the proxies before anything else', async () => {
    await withLiveRelease();
    h.nodes.down.add('app-runtime-2');
    const from = h.nodes.calls.length;
    const push = await h.push(['web', 'worker']);
    assert.equal(push.state, 'succeeded', JSON.stringify(push.error));
    assert.deepEqual(
      [h.nodes.calls[from]!.node, h.nodes.calls[from]!.databag.proxy.backends.length],
      ['app-proxy-1', 1],
    );
    const lost = (await h.snapshot()).nodes.find(({ name }) => name === 'app-runtime-2')!;
    assert.deepEqual([lost.status, lost.lastAction], ['lost', 'probe']);
    assert.match(lost.lastError!, /connection refused/);
    const serving = (await h.containers()).filter((line) => line.endsWith('serving'));
    assert.deepEqual(serving, ['web.1@app-runtime-1 v2 serving', 'web.2@app-runtime-1 v2 serving']);
  });

  it('takes a node back that answers again, rid of what it should not run', async () => {
    await withLiveRelease();
    h.nodes.down.add('app-runtime-2');
    await h.push(['web', 'worker']);
    assert.equal(h.nodes.machine('app-runtime-2').containers.length, 1);
    h.nodes.down.clear();
    assert.equal((await h.push(['web', 'worker'])).state, 'succeeded');
    assert.deepEqual(await h.containers(), [
      'web.1@app-runtime-1 v3 serving',
      'web.2@app-runtime-2 v3 serving',
    ]);
    assert.deepEqual(h.nodes.running().length, 2);
  });

  for (const kind of ['runtime', 'proxy'] as const) {
    it(`fails before it changes anything when no ${kind} node can be reached`, async () => {
      await withLiveRelease();
      const before = await state();
      const nodes = (await h.snapshot()).nodes.filter(({ name }) => name.includes(kind));
      for (const { name } of nodes) h.nodes.down.add(name);
      const calls = h.nodes.calls.length;
      const push = await h.push(['web', 'worker']);
      assert.equal(push.state, 'failed');
      assert.match(push.error!.message, /nothing was changed/);
      for (const { name } of nodes) assert.match(push.error!.message, new RegExp(name));
      assert.deepEqual(await state(), before);
      assert.equal(h.nodes.calls.length, calls);
      assert.ok((await h.snapshot()).nodes.every(({ status }) => status === 'ready'));
    });
  }

  it('calculates again when a node has something newer already', async () => {
    await withLiveRelease();
    const { generation } = (await h.snapshot()).formation;
    h.nodes.machine('app-runtime-1').generation = generation + 3;
    const push = await h.push(['web', 'worker']);
    assert.equal(push.state, 'succeeded', JSON.stringify(push.error));
    assert.equal((await h.containers()).length, 2);
  });

  it('goes on from the generation of nodes that are ahead of a restored database', async () => {
    await withLiveRelease();
    h.nodes.machine('app-runtime-1').generation = 5_000;
    assert.equal((await h.push()).state, 'succeeded');
    assert.ok((await h.snapshot()).formation.generation > 5_000);
    assert.match(
      h.lines.join('\n'),
      /a node has generation 5000, this database \d+: it is older than the nodes, and goes on from 5001/,
    );
  });

  it('gives up on a node that refuses for ever', async () => {
    await withLiveRelease();
    const before = await state();
    h.nodes.fault = ({ node }) =>
      node === 'app-runtime-1' && h.steps.at(-1) === 'start' ? 'refused' : undefined;
    const push = await h.push(['web', 'worker']);
    assert.equal(push.state, 'failed');
    assert.match(push.error!.message, /app-runtime-1: has a newer databag/);
    assert.deepEqual(await state(), before);
  });

  it('stops what the new Procfile no longer has', async () => {
    await withLiveRelease();
    await h.scale({ worker: 1 });
    assert.equal(h.nodes.running().length, 3);
    await h.push(['web']);
    assert.deepEqual(await h.containers(), [
      'web.1@app-runtime-1 v2 serving',
      'web.2@app-runtime-2 v2 serving',
    ]);
    assert.equal(h.nodes.running().length, 2);
  });

  it('lets requests under way end before old containers go, but not longer than the drain period', async () => {
    await withLiveRelease();
    const [busy] = h.nodes.machine('app-proxy-1').backends;
    h.nodes.machine('app-proxy-1').inFlight.set(busy!, 1);
    const { id } = await h.queuePush(['web', 'worker']);
    await h.runUntil(id, {});
    const ended = h.drain();
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(h.nodes.running().length, 4, 'the old still run');
    h.now = new Date(h.now.getTime() + 30_000);
    await ended;
    assert.equal(h.nodes.running().length, 2);
  });

  it('deploys the newest of several queued changes of config, once', async () => {
    await withLiveRelease();
    const set = (values: Record<string, string | null>) => changeConfig(h.parts, h.user, h.formation, values);
    const [first, second, third] = [
      await set({ A: '1' }),
      await set({ B: '2' }),
      await set({ A: null, C: '3' }),
    ];
    await h.drain();
    const states = await Promise.all(
      [first, second, third].map(async ({ id }) => (await h.stores.operations.byId(id))!.state),
    );
    assert.deepEqual(states, ['superseded', 'superseded', 'succeeded']);
    assert.deepEqual(await Promise.all([2, 3, 4].map(async (version) => (await h.release(version)).state)), [
      'superseded',
      'superseded',
      'live',
    ]);
    const release = h.nodes.calls.at(-1)!.databag.release!;
    assert.deepEqual([release.version, release.config], [4, { B: '2', C: '3' }]);
    assert.deepEqual(third.params, { release: 4 });
  });
});
