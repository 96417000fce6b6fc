import assert from 'node:assert/strict';
import { collectOrphans, findOrphans } from '../../../../../server/formation/nodes/collect-orphans.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('orphans', function () {
  this.timeout(20_000);
  let h: FormationHarness;
  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
  });
  afterEach(() => h.close());

  const provider = async () => (await h.stores.providers.byName(h.user.id, 'mock'))!;
  const names = (found: readonly { name: string }[]): string[] => found.map(({ name }) => name).sort();
  const forget = async (name: string): Promise<void> =>
    h.stores.nodes.delete((await h.stores.nodes.byName(h.formation.id, name))!.id);

  it('are machines that no row speaks of, whatever their names', async () => {
    assert.deepEqual((await findOrphans(h.parts, await provider())).orphans, []);
    await forget('app-runtime-2');
    assert.deepEqual(names((await findOrphans(h.parts, await provider())).orphans), ['app-runtime-2']);
    // The name is given to a new machine; the old one is still an orphan, and the new one is none.
    await h.scaleLayers({ runtime: 2 });
    const [old] = (await collectOrphans(h.parts, await provider())).orphans;
    assert.deepEqual([old?.name, old?.failure], ['app-runtime-2', null]);
    assert.deepEqual((await findOrphans(h.parts, await provider())).orphans, []);
    assert.equal(h.cloud.size, 3);
    assert.deepEqual(names([...h.cloud.values()]), ['app-proxy-1', 'app-runtime-1', 'app-runtime-2']);
  });

  it('each are tried, and those that stay are told with the reason', async () => {
    await forget('app-runtime-1');
    await forget('app-runtime-2');
    h.cloudFault = (call, name) => {
      if (call === 'terminate' && name === 'app-runtime-1') throw new Error('DependencyViolation');
    };
    const outcomes = (await collectOrphans(h.parts, await provider())).orphans;
    assert.deepEqual(outcomes.map(({ name, failure }) => [name, failure]).sort(), [
      ['app-runtime-1', 'DependencyViolation'],
      ['app-runtime-2', null],
    ]);
    assert.deepEqual(names((await findOrphans(h.parts, await provider())).orphans), ['app-runtime-1']);
  });

  it("of somebody else's formation are nobody else's to end", async () => {
    const other = await h.stores.users.insert({
      username: 'mallory',
      email: 'mallory@example.com',
      passwordHash: 'x',
      isAdmin: false,
    });
    const theirs = await h.stores.providers.insert({
      ownerId: other.id,
      name: 'mine',
      type: 'mock',
      creds: {},
    });
    await forget('app-runtime-1');
    assert.deepEqual((await collectOrphans(h.parts, theirs)).orphans, []);
    assert.equal(h.cloud.size, 3);
  });
});
