import assert from 'node:assert/strict';
import { Conflict, NotFound } from '../../../../../base/errors.js';
import { destroyNode } from '../../../../../server/formation/nodes/destroy-node.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { drainNode, scheduleNode } from '../../../../../server/formation/nodes/schedule-node.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('single nodes', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.push();
    await h.scale({ web: 4 });
  });

  afterEach(() => h.close());

  const nodes = async (): Promise<string[]> =>
    (await h.snapshot()).nodes.map(({ name, status }) => `${name} ${status}`).sort();
  const runs = (name: string): number => h.nodes.machine(name).containers.length;
  const count = async (): Promise<number | undefined> =>
    (await h.snapshot()).layers.find(({ name }) => name === 'runtime')?.count;

  it('drains: containers move, proxies know, and nothing comes back until it is open again', async () => {
    const { id } = await drainNode(h.parts, h.user, h.formation, 'app-runtime-1');
    assert.equal((await h.end(id)).state, 'succeeded');
    assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-2')], [0, 4]);
    assert.ok(
      h.nodes
        .machine('app-proxy-1')
        .backends.every((backend) => backend.startsWith(`${h.nodes.machine('app-runtime-2').address}:`)),
    );
    await h.push();
    assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-2')], [0, 4]);
    await scheduleNode(h.parts, h.formation, 'app-runtime-1', 'open');
    await h.push();
    assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-2')], [2, 2]);
  });

  it('cordons: what runs there stays, what is new goes elsewhere', async () => {
    await scheduleNode(h.parts, h.formation, 'app-runtime-1', 'cordoned');
    await h.scale({ web: 6 });
    assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-2')], [2, 4]);
    await h.push();
    assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-2')], [0, 6]);
  });

  it('refuses to close the last open runtime node, a proxy, and a node that is not there', async () => {
    await scheduleNode(h.parts, h.formation, 'app-runtime-2', 'cordoned');
    await assert.rejects(
      drainNode(h.parts, h.user, h.formation, 'app-runtime-1'),
      (error) =>
        error instanceof Conflict &&
        /last runtime node that takes containers.*layers:scale runtime=3/.test(error.message),
    );
    await assert.rejects(
      scheduleNode(h.parts, h.formation, 'app-proxy-1', 'cordoned'),
      (error) => error instanceof Conflict && /runs no containers/.test(error.message),
    );
    await assert.rejects(scheduleNode(h.parts, h.formation, 'app-runtime-9', 'cordoned'), NotFound);
    assert.equal(runs('app-runtime-1'), 2);
  });

  it('tells what to do when the only open node is lost, and leaves the old release serving', async () => {
    await scheduleNode(h.parts, h.formation, 'app-runtime-2', 'cordoned');
    h.nodes.down.add('app-runtime-1');
    const push = await h.push();
    assert.equal(push.state, 'failed');
    assert.match(push.error?.message ?? '', /cordoned or drained.*nodes:uncordon/);
    assert.equal(await h.liveVersion(), 1);
  });

  it('replaces a node: the new one serves before the old one goes, and the count stays', async () => {
    h.cloudFault = (call, name) => {
      if (call === 'terminate' && name === 'app-runtime-1')
        assert.deepEqual([runs('app-runtime-1'), runs('app-runtime-3')], [0, 2]);
    };
    const { id } = await replaceNode(h.parts, h.user, h.formation, 'app-runtime-1');
    const operation = await h.end(id);
    assert.equal(operation.state, 'succeeded', JSON.stringify(operation.error));
    assert.deepEqual(
      [await nodes(), await count()],
      [['app-proxy-1 ready', 'app-runtime-2 ready', 'app-runtime-3 ready'], 2],
    );
  });

  it('replaces a node that is lost', async () => {
    h.nodes.down.add('app-runtime-1');
    const { id } = await replaceNode(h.parts, h.user, h.formation, 'app-runtime-1');
    const operation = await h.end(id);
    assert.equal(operation.state, 'succeeded', JSON.stringify(operation.error));
    assert.deepEqual(await nodes(), ['app-proxy-1 ready', 'app-runtime-2 ready', 'app-runtime-3 ready']);
  });

  it('keeps the old node when the new one cannot be launched, and replaces it when told again', async () => {
    h.cloudFault = (call) => {
      if (call === 'launch') throw new Error('no capacity in this zone');
    };
    const { id } = await replaceNode(h.parts, h.user, h.formation, 'app-runtime-1');
    const operation = await h.end(id);
    assert.equal(operation.state, 'failed');
    assert.match(operation.error?.message ?? '', /app-runtime-3: no capacity in this zone/);
    assert.deepEqual(
      [await nodes(), runs('app-runtime-1')],
      [['app-proxy-1 ready', 'app-runtime-1 ready', 'app-runtime-2 ready', 'app-runtime-3 launching'], 2],
    );
    h.cloudFault = () => undefined;
    const again = await replaceNode(h.parts, h.user, h.formation, 'app-runtime-1');
    assert.equal((await h.end(again.id)).state, 'succeeded');
    assert.deepEqual(await nodes(), ['app-proxy-1 ready', 'app-runtime-2 ready', 'app-runtime-3 ready']);
  });

  it('destroys one node: the count falls by one, and by none when told twice', async () => {
    const first = await destroyNode(h.parts, h.user, h.formation, 'app-runtime-1', { keep: false });
    const second = await destroyNode(h.parts, h.user, h.formation, 'app-runtime-1', { keep: false });
    assert.equal((await h.end(first.id)).state, 'succeeded');
    assert.equal((await h.end(second.id)).state, 'succeeded');
    assert.deepEqual(
      [await nodes(), await count(), runs('app-runtime-2')],
      [['app-proxy-1 ready', 'app-runtime-2 ready'], 1, 4],
    );
  });
});
