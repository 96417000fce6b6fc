import assert from 'node:assert/strict';
import { RemoteFailure, UserError } from '../../../../../base/errors.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { destroyFormation } from '../../../../../server/formation/destroy-formation.js';
import { createLayer } from '../../../../../server/formation/layers/create-layer.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { destroyNode } from '../../../../../server/formation/nodes/destroy-node.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

const keep = { keep: false };

describe('proxies that are to go', function () {
  this.timeout(30_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 3 });
    await h.push();
    h.cloudFault = (call, name) => void (call === 'terminate' && told().push(`${name} gone`));
    told().length = 0;
    h.steps.length = 0;
    h.lines.length = 0;
  });
  afterEach(() => h.close());

  /** What proxies were told, and when their machines went. */
  const told = (): string[] => h.nodes.upgrades.calls;
  const said = (words: RegExp): boolean => h.lines.some((line) => words.test(line));
  const proxies = async (): Promise<string[]> =>
    (await h.snapshot()).nodes
      .filter(({ name }) => name.startsWith('app-proxy-'))
      .map(({ name, status }) => `${name} ${status}`);
  const isLeft = (name: string): boolean => told().at(-1) === `${name} stay`;

  it('tell load balancers before, all at once, and serve on for the drain period', async () => {
    let leftAt = 0;
    h.nodes.upgrades.onLeave = () => void (leftAt ||= performance.now());
    const { state, error } = await h.scaleLayers({ proxy: 1 });
    const lasted = performance.now() - leftAt;
    assert.deepEqual([state, error], ['succeeded', null]);
    assert.deepEqual(told().slice(0, 2).sort(), ['app-proxy-2 leave', 'app-proxy-3 leave']);
    assert.deepEqual(told().slice(2).sort(), ['app-proxy-2 gone', 'app-proxy-3 gone']);
    assert.ok(lasted >= 200, `${lasted} ms`);
    assert.ok(said(/^-----> Telling load balancers that app-proxy-2, app-proxy-3 will go$/));
    assert.ok(said(/app-proxy-3 answers 503 on \/health-check: load balancers have 0\.2 s/));
    assert.deepEqual(await proxies(), ['app-proxy-1 ready']);
  });

  it('do so before containers move, and before a node of theirs is replaced or destroyed', async () => {
    h.nodes.upgrades.onLeave = () => assert.equal(h.steps.at(-1), 'quiet');
    const { id } = await replaceNode(h.parts, h.user, h.formation, 'app-proxy-1');
    assert.equal((await h.end(id)).state, 'succeeded');
    assert.deepEqual(told(), ['app-proxy-1 leave', 'app-proxy-1 gone']);
    assert.ok(h.steps.indexOf('converge') < h.steps.indexOf('quiet'), 'the new one serves by then');
    const destroyed = await destroyNode(h.parts, h.user, h.formation, 'app-proxy-2', keep);
    assert.equal((await h.end(destroyed.id)).state, 'succeeded');
    assert.deepEqual(told().slice(2), ['app-proxy-2 leave', 'app-proxy-2 gone']);
  });

  it('end their requests, and a site that they do not have counts for nothing', async () => {
    const { inFlight } = h.nodes.machine('app-proxy-3');
    inFlight.set('10.0.0.1:5000', 1);
    const ends = performance.now() + 300;
    h.nodes.upgrades.onLeave = () => void setTimeout(() => inFlight.clear(), 300);
    assert.equal((await h.scaleLayers({ proxy: 2 })).state, 'succeeded');
    assert.ok(performance.now() >= ends);
    h.nodes.upgrades.onLeave = () => undefined;
    Object.defineProperty(h.nodes.machine('app-proxy-2'), 'inFlight', {
      get: () => {
        throw new UserError('the proxy did not say its backends');
      },
    });
    assert.equal((await h.scaleLayers({ proxy: 1 })).state, 'succeeded');
    assert.ok(!said(/under way/));
  });

  it('are not waited for where they do not answer, are the last, or nothing is live', async () => {
    h.nodes.upgrades.onLeave = (node) => {
      throw new RemoteFailure(`${node}: no route`, { node, phase: 'connect' });
    };
    assert.equal((await h.scaleLayers({ proxy: 2 })).state, 'succeeded');
    assert.ok(said(/ ! {5}app-proxy-3 cannot tell load balancers before it goes \(app-proxy-3: no route\)$/));
    assert.ok(!said(/answers 503/));
    h.nodes.gone.add('app-proxy-2');
    const { id } = await destroyNode(h.parts, h.user, h.formation, 'app-proxy-2', keep);
    assert.equal((await h.end(id)).state, 'succeeded');
    assert.ok(!said(/app-proxy-2 (cannot|answers)/));
    told().length = 0;
    assert.equal((await h.scaleLayers({ proxy: 0 })).state, 'succeeded');
    assert.deepEqual(told(), ['app-proxy-1 gone']);
    await h.scaleLayers({ proxy: 2 });
    told().length = 0;
    await h.end((await destroyFormation(h.parts, h.user, h.formation)).id);
    assert.ok(!told().some((call) => call.endsWith(' leave')), told().join());
    const bare = await FormationHarness.create();
    try {
      await bare.scaleLayers({ proxy: 2 });
      await bare.scaleLayers({ proxy: 1 });
      assert.deepEqual(bare.nodes.upgrades.calls, []);
    } finally {
      await bare.close();
    }
  });

  it('serve again when that is cancelled, also by the controller that takes over', async () => {
    h.nodes.upgrades.onLeave = () => h.cancel();
    assert.equal((await h.scaleLayers({ proxy: 2 })).state, 'cancelled');
    assert.deepEqual(told(), ['app-proxy-3 leave', 'app-proxy-3 stay']);
    assert.deepEqual(
      await proxies(),
      [1, 2, 3].map((num) => `app-proxy-${num} ready`),
    );
    h.nodes.upgrades.onLeave = () => undefined;
    assert.equal((await h.scaleLayers({ proxy: 2 }, { cancelAt: 'start' })).state, 'cancelled');
    assert.ok(isLeft('app-proxy-3'));
    const { id } = await destroyNode(h.parts, h.user, h.formation, 'app-proxy-2', keep);
    await h.runUntil(id, { kill: { step: 'quiet', at: 'end' } });
    assert.equal((await h.end(id, { isCancelled: true })).state, 'cancelled');
    assert.ok(isLeft('app-proxy-2'));
    assert.deepEqual(
      await proxies(),
      [1, 2, 3].map((num) => `app-proxy-${num} ready`),
    );
  });

  it('tell so before they go after a cancel, too, where they had come and serve; others go at once', async () => {
    const scaled = await h.scaleLayers({ proxy: 4 }, { cancelAt: 'start' });
    assert.equal(scaled.state, 'cancelled');
    assert.deepEqual(told(), ['app-proxy-4 leave', 'app-proxy-4 gone']);
    assert.ok(said(/app-proxy-4 answers 503 on \/health-check: load balancers have 0\.2 s/));
    told().length = 0;
    const { id } = await replaceNode(h.parts, h.user, h.formation, 'app-proxy-1');
    assert.equal((await h.end(id, { cancelAt: 'start' })).state, 'cancelled');
    assert.ok(told().includes('app-proxy-1 stay'), told().join());
    assert.deepEqual(
      told()
        .slice(-2)
        .map((each) => each.replace(/\d+/, 'N')),
      ['app-proxy-N leave', 'app-proxy-N gone'],
    );
    told().length = 0;
    assert.equal((await h.scaleLayers({ proxy: 4 }, { cancelAt: 'boot' })).state, 'cancelled');
    assert.ok(
      told().every((each) => each.endsWith(' gone')),
      told().join(),
    );
    assert.equal((await proxies()).length, 3);
  });

  it('serve again when something fails before they go, and go when told again', async () => {
    for (const failAfter of ['quiet', 'start']) {
      assert.equal((await h.scaleLayers({ proxy: 2 }, { failAfter })).state, 'failed');
      assert.deepEqual(told().slice(-2), ['app-proxy-3 leave', 'app-proxy-3 stay'], failAfter);
      assert.ok((await proxies()).includes('app-proxy-3 removing'));
    }
    assert.equal((await h.scaleLayers({ proxy: 2 })).state, 'succeeded');
    assert.deepEqual(told().slice(-2), ['app-proxy-3 leave', 'app-proxy-3 gone']);
  });

  it('go all the same when they tell again after the controller was killed', async () => {
    const { state } = await h.scaleLayers({ proxy: 2 }, { kill: { step: 'quiet', at: 'end' } });
    assert.equal(state, 'succeeded');
    assert.deepEqual(told(), ['app-proxy-3 leave', 'app-proxy-3 leave', 'app-proxy-3 gone']);
  });
});

describe('a box that is to go', function () {
  this.timeout(30_000);

  it('tells load balancers that it stays after all, for a guest that cannot leave it', async () => {
    const h = await FormationHarness.create();
    try {
      for (const { id } of await h.stores.layers.ofFormation(h.formation.id))
        await h.stores.layers.delete(id);
      const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
      await createLayer(h.parts, h.user, h.formation, { name: 'box', flavor });
      await h.scaleLayers({ box: 2 });
      const shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
      await h.drain();
      await h.stores.formations.setScale(shop.id, { web: 2 });
      assert.equal((await h.end((await h.queuePush(['web'], null, shop)).id)).state, 'succeeded');
      h.nodes.fault = ({ node, databag: { id } }) =>
        id === 'shop' && node === 'app-box-1' ? 'failed' : undefined;
      const { id } = await scaleLayers(h.parts, h.user, h.formation, { box: 1 });
      await h.drainTogether();
      const { state, error } = (await h.stores.operations.byId(id))!;
      assert.equal(state, 'failed');
      assert.match(error!.message, /app-box-2: it stays, for shop serves there/);
      assert.deepEqual(h.nodes.upgrades.calls, ['app-box-2 leave', 'app-box-2 stay']);
    } finally {
      await h.close();
    }
  });
});
