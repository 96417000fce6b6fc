import assert from 'node:assert/strict';
import { Conflict } from '../../../../../base/errors.js';
import { generateSshKeyPair } from '../../../../../provisioner/ssh/host-key.js';
import { createLayer } from '../../../../../server/formation/layers/create-layer.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import type { FlavorRecord } from '../../../../../server/store/infrastructure/flavor-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a layer of own hosts', function () {
  this.timeout(20_000);
  const host_key = generateSshKeyPair().publicKey;
  let h: FormationHarness;
  let flavor: FlavorRecord;

  beforeEach(async () => {
    h = await FormationHarness.create();
    const { id: providerId } = await h.stores.providers.insert({
      ownerId: h.user.id,
      name: 'racks',
      type: 'static',
      creds: {},
    });
    const hosts = ['203.0.113.21', '203.0.113.22'].map((address) => ({ address, host_key }));
    const record = { ownerId: h.user.id, providerId, name: 'racks', params: { hosts }, init: '' };
    flavor = await h.stores.flavors.insert(record);
    await createLayer(h.parts, h.user, h.formation, { name: 'racks', kind: 'runtime', flavor });
  });

  afterEach(() => h.close());

  const state = async (): Promise<unknown> => {
    const { layers, nodes } = await h.snapshot();
    return [
      layers.find(({ name }) => name === 'racks')?.count,
      nodes.map(({ name, status }) => `${name} ${status}`),
    ];
  };
  const refused = (count: number, expected: RegExp): Promise<void> =>
    assert.rejects(
      scaleLayers(h.parts, h.user, h.formation, { racks: count }),
      (error) => error instanceof Conflict && expected.test(error.message),
    );

  it('is scaled to no more than there are, and refused at once', async () => {
    await refused(3, /racks needs 3 more hosts, and its flavor names 2 .*nodes:create ADDRESS --layer=racks/);
    assert.deepEqual(await state(), [0, []]);
    const one = await h.scaleLayers({ racks: 1 });
    assert.equal(one.state, 'succeeded', JSON.stringify(one.error));
    await refused(3, /needs 2 more hosts, and its flavor names 1 /);
    assert.equal((await h.scaleLayers({ racks: 2 })).state, 'succeeded');
    await refused(3, /needs 1 more host, and its flavor names none that is free, nothing was scaled/);
    assert.deepEqual(await state(), [2, ['app-racks-1 ready', 'app-racks-2 ready']]);
  });

  it('takes no host whose private address is not its own', async () => {
    const hosts = [{ address: '203.0.113.21', private_address: '10.0.0.22', host_key }];
    await h.stores.flavors.update(flavor.id, { params: { hosts } });
    const operation = await h.scaleLayers({ racks: 1 });
    assert.equal(operation.state, 'failed');
    assert.match(operation.error?.message ?? '', /10\.0\.0\.22 is not an address of 203\.0\.113\.21/);
    assert.deepEqual(await state(), [1, ['app-racks-1 booting']]);
  });

  it('has no node for a host that was gone when its turn came', async () => {
    const { id } = await scaleLayers(h.parts, h.user, h.formation, { racks: 2 });
    await h.stores.flavors.update(flavor.id, { params: { hosts: [{ address: '203.0.113.21', host_key }] } });
    const operation = await h.end(id);
    assert.equal(operation.state, 'failed');
    assert.match(operation.error?.message ?? '', /no host is free for app-racks-\d.*nodes:create/);
    const [count, nodes] = (await state()) as [number, string[]];
    assert.deepEqual([count, nodes.length, nodes[0]?.endsWith('ready')], [1, 1, true]);
    const one = await h.scaleLayers({ racks: 1 });
    assert.equal(one.state, 'succeeded', JSON.stringify(one.error));
  });
});
