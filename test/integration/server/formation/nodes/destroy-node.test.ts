import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import { enterOver } from '../../../../../provisioner/node-commands/node-commands.js';
import { RecordingTransport } from '../../../../../provisioner/ssh/recording-transport.js';
import { createLayer } from '../../../../../server/formation/layers/create-layer.js';
import { destroyNode, type DestroyNodeOptions } from '../../../../../server/formation/nodes/destroy-node.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a node that may hold data', function () {
  this.timeout(20_000);
  let h: FormationHarness;
  let transport: RecordingTransport;

  beforeEach(async () => {
    h = await FormationHarness.create();
    transport = new RecordingTransport();
    Object.assign(h.parts, { enterNode: enterOver(transport) });
    const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    await createLayer(h.parts, h.user, h.formation, { name: 'cache', flavor });
    await h.scaleLayers({ runtime: 1, cache: 2 });
  });

  afterEach(() => h.close());

  const adopt = async (name: string): Promise<void> => {
    const node = (await h.stores.nodes.byName(h.formation.id, name))!;
    await h.stores.nodes.update(node.id, { adopted: true });
  };
  const destroy = async (name: string, options: Partial<DestroyNodeOptions> = {}): Promise<void> => {
    const { id } = await destroyNode(h.parts, h.user, h.formation, name, { keep: false, ...options });
    assert.equal((await h.end(id)).state, 'succeeded');
  };
  const isThere = async (name: string): Promise<boolean> =>
    (await h.stores.nodes.byName(h.formation.id, name))?.status === 'ready';
  /** What was done with the packages of hosts. */
  const cleared = (): string[] =>
    transport.execs.map(({ node, command }) => `${node} ${command.at(-1) ?? ''}`);

  it('is not destroyed before it was named twice, and on a machine of a cloud its data too', async () => {
    const cases: readonly (readonly [Partial<DestroyNodeOptions>, RegExp])[] = [
      [{}, /may hold data, nothing was destroyed: its disk goes.*--confirm=app-cache-1 --purge-data/],
      [{ keep: true }, /its disk goes/],
      [{ confirm: 'app-cache-1' }, /its disk goes/],
      [{ purgeData: true }, /its disk goes/],
      [{ confirm: 'app-cache-2', purgeData: true }, /"app-cache-2" is not the node.*nothing was destroyed/],
      [{ confirm: 'app-cache-1', keep: true, purgeData: true }, /exclude each other/],
    ];
    for (const [options, expected] of cases)
      await assert.rejects(
        destroy('app-cache-1', options),
        (error) => error instanceof UserError && expected.test(error.message),
        JSON.stringify(options),
      );
    assert.ok(await isThere('app-cache-1'));
    await destroy('app-cache-1', { confirm: 'app-cache-1', purgeData: true });
    assert.equal(await isThere('app-cache-1'), false);
  });

  it('keeps its data on an adopted host, unless that shall go', async () => {
    for (const name of ['app-cache-1', 'app-cache-2', 'app-runtime-1']) await adopt(name);
    await assert.rejects(destroy('app-cache-1'), /`--confirm=app-cache-1` removes.*leaves its data/);
    await assert.rejects(destroy('app-cache-1', { purgeData: true }), /may hold data/);
    await destroy('app-cache-1', { confirm: 'app-cache-1' });
    await destroy('app-cache-2', { confirm: 'app-cache-2', purgeData: true });
    await destroy('app-runtime-1');
    assert.deepEqual(cleared(), ['app-cache-1 remove', 'app-cache-2 purge', 'app-runtime-1 purge']);
  });

  it('keeps everything with keep, and its data when its layer shrinks', async () => {
    for (const name of ['app-cache-1', 'app-cache-2']) await adopt(name);
    await destroy('app-cache-1', { keep: true });
    await h.scaleLayers({ cache: 0 });
    assert.deepEqual(cleared(), ['app-cache-2 remove']);
  });
});
