import assert from 'node:assert/strict';
import { waitUntil } from '../../../../base/wait-until.js';
import { openDatabase, type Database } from '../../../../server/store/database.js';
import { DatabaseLook } from '../../../../server/store/database-look.js';
import { primaryOf } from '../../../../server/store/find-primary.js';
import { NotificationListener } from '../../../../server/store/operations/notification-listener.js';
import { ReplicatedPostgres } from '../../../support/server/replicated-postgres.js';

// One story: its tests need each other, as the servers change for good.
describe('a database of a primary and a standby', function () {
  this.timeout(60_000);
  this.bail(true);
  let servers: ReplicatedPostgres;
  let database: Database;
  let listener: NotificationListener;
  const heard: (string | null)[] = [];

  before(async function () {
    this.timeout(180_000);
    servers = await ReplicatedPostgres.start();
    database = openDatabase({ url: servers.url, poolSize: 3 });
    listener = new NotificationListener(servers.url, ['news'], () => undefined);
    await listener.start();
    listener.on('news', (payload) => heard.push(payload));
  });
  after(async () => {
    await listener?.stop();
    await database?.destroy();
    await servers?.remove();
  });

  const hears = async (text: string): Promise<void> => {
    const tell = async (): Promise<true | undefined> => {
      await database.raw('select pg_notify(?, ?)', ['news', text]).catch(() => undefined);
      return heard.includes(text) ? true : undefined;
    };
    await waitUntil(tell, { deadlineMs: 20_000, intervalMs: 100, what: text });
  };
  const count = async (): Promise<number> => {
    const { rows } = await database.raw<{ rows: { count: number }[] }>('select count(*) from things');
    return rows[0]!.count;
  };

  it('is used at the primary, wherever that stands in the list', async () => {
    assert.equal(await primaryOf(servers.url), servers.primaryUrl);
    await database.raw('create table things (id integer)');
    await Promise.all([1, 2, 3, 4, 5].map((id) => database.raw('insert into things values (?)', [id])));
    await new DatabaseLook(servers.url).answers();
    await hears('before');
  });

  it('says of each server why none takes writes', async () => {
    await servers.killPrimary();
    const [primary, standby] = [servers.primaryUrl, servers.standbyUrl].map((url) => new URL(url).host);
    await assert.rejects(primaryOf(servers.url), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(`^no server takes writes: ${standby}: is a standby; ${primary}: .*REFUSED`),
      );
      return true;
    });
    await assert.rejects(new DatabaseLook(servers.url).answers(), /does not answer/);
  });

  it('is used at the standby once that is promoted, with all that was committed', async () => {
    await servers.promote();
    const look = (): Promise<number | undefined> => count().catch(() => undefined);
    assert.equal(await waitUntil(look, { deadlineMs: 20_000, intervalMs: 100, what: 'the pool' }), 5);
    await database.raw('insert into things values (6)');
    await new DatabaseLook(servers.url).answers();
    await hears('after');
    assert.ok(heard.includes(null), 'it is told that it may have missed something');
  });

  it('is not used at a former primary that comes back, also by who asks for the first time', async () => {
    await servers.bringBackPrimary();
    assert.equal(await primaryOf(servers.url), servers.standbyUrl);
    const [one, two] = [servers.primaryUrl, servers.standbyUrl].map((url) => new URL(url).host);
    const otherWay = servers.primaryUrl.replace(one!, `${one},${two}`);
    assert.equal(await primaryOf(otherWay), servers.standbyUrl);
    assert.equal(await count(), 6);
  });
});
