import assert from 'node:assert/strict';
import {
  collectOrphans,
  findOrphans,
  type Orphan,
} from '../../../../../server/formation/nodes/collect-orphans.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';
import { ec2Cloud, layerOn, type Ec2Cloud } from '../../../../support/ec2/provider-clouds.js';

/** What the suite's EC2 has and no row speaks of. */
describe('orphans on EC2', function () {
  this.timeout(60_000);
  let h: FormationHarness;
  let cloud: Ec2Cloud;

  beforeEach(async () => {
    cloud = await ec2Cloud();
    h = await FormationHarness.create();
    const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    await h.stores.flavors.update(flavor.id, {
      params: { region: 'us-west-2', ssh_from: ['203.0.113.7/32'], elastic_ip: true },
    });
    Object.assign(h.parts, { providers: new Map([['mock', () => cloud.again()]]) });
    assert.equal((await h.scaleLayers({ runtime: 1, proxy: 1 })).state, 'succeeded');
  });
  afterEach(async () => {
    await h.close();
    await cloud.remove();
  });

  const provider = async () => (await h.stores.providers.byName(h.user.id, 'mock'))!;
  const shown = (orphans: readonly Orphan[]): unknown[] =>
    orphans.map(({ kind, name, failure }) => (failure === undefined ? [kind, name] : [kind, name, failure]));

  it('are none while rows speak of them, and a volume and an address that outlived their node', async () => {
    const tags = (node: string) =>
      new Map([
        ['deis:created-by', cloud.instance],
        ['deis:formation', 'app'],
        ['deis:formation-id', String(h.formation.id)],
        ['deis:layer', 'runtime'],
        ['deis:node', node],
        ['Name', 'app-runtime-9'],
      ]);
    const [node] = (await h.snapshot()).nodes;
    cloud.endpoint.state.volumes.push({ id: 'vol-1', tags: tags(node!.id) });
    assert.deepEqual((await findOrphans(h.parts, await provider())).orphans, []);
    cloud.endpoint.state.volumes.push({ id: 'vol-2', tags: tags('00000000-0000-4000-8000-000000000000') });
    cloud.endpoint.state.addresses.push({
      allocation: 'eipalloc-2',
      address: '198.51.100.77',
      tags: tags('00000000-0000-4000-8000-000000000000'),
      instance: undefined,
    });
    const before = cloud.endpoint.state.remains.length;
    assert.deepEqual(shown((await collectOrphans(h.parts, await provider())).orphans), [
      ['fixed address', 'app-runtime-9', null],
      ['volume', 'app-runtime-9', null],
    ]);
    assert.equal(cloud.endpoint.state.remains.length, before - 2);
    assert.deepEqual(
      cloud.endpoint.state.volumes.map(({ id }) => id),
      ['vol-1'],
    );
  });

  for (const [action, isSeen] of [
    ['DescribeInstances', ['fixed address', 'security group', 'security group']],
    ['DescribeVolumes', ['machine', 'machine']],
  ] as const)
    it(`are shown as far as AWS lets us look when it refuses ${action}, and the region is named`, async () => {
      await h.stores.formations.delete(h.formation.id);
      cloud.endpoint.faults.push({ action, how: 'refuse', code: 'UnauthorizedOperation', times: 1000 });
      const { orphans, unseen } = await findOrphans(h.parts, await provider());
      assert.deepEqual(
        orphans.map(({ kind }) => kind),
        isSeen,
      );
      assert.equal(unseen.length, 1);
      assert.equal(unseen[0]!.place, 'us-west-2');
      assert.match(
        unseen[0]!.reason,
        new RegExp(`EC2 refused ${action} with UnauthorizedOperation: You are not`),
      );
    });

  it('are everything of a formation whose rows are lost, and nothing of another controller', async () => {
    await cloud.other.createLayer(layerOn(cloud, 'runtime', 'app'), AbortSignal.timeout(5_000));
    const theirs = cloud.endpoint.state.groups.at(-1)!.id;
    await h.stores.formations.delete(h.formation.id);
    const found = (await findOrphans(h.parts, await provider())).orphans;
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['machine', 'machine', 'fixed address', 'security group', 'security group'],
    );
    // AWS keeps the interfaces of ended machines, and their groups with them.
    cloud.endpoint.state.heldFor = 100_000;
    const first = (await collectOrphans(h.parts, await provider())).orphans;
    const held = first.filter(({ failure }) => failure !== null);
    assert.deepEqual(
      held.map(({ kind }) => kind),
      ['security group', 'security group'],
    );
    assert.match(held[0]!.failure!, /eni-\w+ of i-\w+.* still holds it/);
    cloud.endpoint.state.heldFor = 0;
    assert.deepEqual(
      (await collectOrphans(h.parts, await provider())).orphans.map(({ kind, failure }) => [kind, failure]),
      [
        ['security group', null],
        ['security group', null],
      ],
    );
    assert.deepEqual(cloud.endpoint.state.remains, [theirs]);
  });
});
