import assert from 'node:assert/strict';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';

describe('membership store', () => {
  let db: TestDatabase;
  before(async () => {
    db = await createTestDatabase();
  });
  after(() => db.close());

  it('lists what a user owns and what is shared with them by name, each once, and nothing of others', async () => {
    const { users, formations, roles, memberships } = db.stores;
    const user = async (username: string) =>
      (await users.insert({ username, email: '', passwordHash: 'h', isAdmin: false })).id;
    const [ada, bob] = [await user('ada'), await user('bob')];
    const made = new Map<string, number>();
    for (const [ownerId, name] of [
      [ada, 'e'],
      [bob, 'd'],
      [ada, 'a'],
      [bob, 'b'],
      [bob, 'c'],
    ] as const)
      made.set(name, (await formations.insert({ ownerId, name })).id);
    await roles.set(made.get('d')!, ada, 'viewer');
    await roles.set(made.get('b')!, ada, 'admin');
    // A role of the owner's, as another version of the controller might leave it.
    await roles.set(made.get('e')!, ada, 'admin');
    const first = await memberships.pageOfUser(ada, { limit: 3 });
    assert.deepEqual(
      [first.count, first.items.map(({ name }) => name), first.previous],
      [4, ['a', 'b', 'd'], undefined],
    );
    const second = await memberships.pageOfUser(ada, { limit: 3, place: first.next });
    assert.deepEqual(
      [second.count, second.items.map(({ name }) => name), second.next],
      [4, ['e'], undefined],
    );
    const back = await memberships.pageOfUser(ada, { limit: 3, place: second.previous });
    assert.deepEqual(back.items, first.items);
    assert.deepEqual(
      (await memberships.pageOfUser(bob, { limit: 10 })).items.map(({ name }) => name),
      ['b', 'c', 'd'],
    );
    const { id, ownerId, scale, createdAt } = first.items[0]!;
    assert.deepEqual([id, ownerId, scale, createdAt instanceof Date], [made.get('a'), ada, {}, true]);
  });
});
