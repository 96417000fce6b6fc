import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { waitUntil } from '../../../../base/wait-until.js';
import { DatabaseLook } from '../../../../server/store/database-look.js';
import { startCuttingProxy, type CuttingProxy } from '../../../support/nodes/cutting-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';

const answered = async (look: DatabaseLook): Promise<string> =>
  look.answers().then(
    () => 'yes',
    (error: Error) => error.message,
  );

describe('whether the database answers', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let proxy: CuttingProxy;
  let url: string;
  before(async () => {
    db = await createTestDatabase();
    const through = new URL(db.url);
    // Not by its socket.
    through.search = '';
    proxy = await startCuttingProxy(Number(through.port), through.hostname);
    through.host = `127.0.0.1:${proxy.port}`;
    url = through.href;
  });
  after(async () => {
    await proxy.close();
    await db.close();
  });

  it('is asked once for all who ask at a time, over one connection', async () => {
    const before = proxy.accepted;
    const look = new DatabaseLook(url, { freshMs: 60_000, oldestMs: 60_000 });
    await Promise.all(Array.from({ length: 500 }, () => look.answers()));
    await look.answers();
    look.close();
    assert.equal(proxy.accepted - before, 1);
    const asked = new DatabaseLook(url, { freshMs: 0, oldestMs: 0 });
    for (let n = 0; n < 20; n += 1) await asked.answers();
    asked.close();
    assert.equal(proxy.accepted - before, 2);
  });

  it('needs none of the connections of the pool', async () => {
    const taken = await createTestDatabase({ poolSize: 1 });
    const look = new DatabaseLook(taken.url);
    await taken.stores.withLock('all of the pool', async () => assert.equal(await answered(look), 'yes'));
    look.close();
    await taken.close();
  });

  it('is no while it is away, and yes when it is back, whatever became of the connection', async () => {
    const look = new DatabaseLook(url, { freshMs: 0, oldestMs: 0 });
    assert.equal(await answered(look), 'yes');
    proxy.refusing = true;
    proxy.cut();
    for (let n = 0; n < 3; n += 1) assert.equal(await answered(look), 'the database does not answer');
    proxy.refusing = false;
    assert.equal(await answered(look), 'yes');
    look.close();
  });

  it('is told at once as it was a moment ago, but never for longer than that', async () => {
    const look = new DatabaseLook(url, { freshMs: 0, oldestMs: 400 });
    assert.equal(await answered(look), 'yes');
    proxy.refusing = true;
    proxy.cut();
    const isNo = async () => ((await answered(look)) === 'yes' ? undefined : true);
    await waitUntil(isNo, { deadlineMs: 2_000, intervalMs: 20, what: 'the truth' });
    proxy.refusing = false;
    const isYes = async () => ((await answered(look)) === 'yes' ? true : undefined);
    await waitUntil(isYes, { deadlineMs: 2_000, intervalMs: 20, what: 'the truth' });
    look.close();
  });

  it('is no where something takes the connection and says nothing, and that is let go', async () => {
    const silent: Server = createServer((socket) => void socket.on('error', () => undefined).resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const look = new DatabaseLook(`postgres://a@127.0.0.1:${port}/a`, {
      freshMs: 0,
      oldestMs: 0,
      answerMs: 200,
    });
    for (let n = 0; n < 3; n += 1) assert.equal(await answered(look), 'the database does not answer');
    const open = async () => new Promise<number>((resolve) => silent.getConnections((_, n) => resolve(n)));
    const isLetGo = async () => ((await open()) === 0 ? true : undefined);
    await waitUntil(isLetGo, { deadlineMs: 2_000, intervalMs: 20, what: 'the connections to be closed' });
    silent.close();
  });
});
