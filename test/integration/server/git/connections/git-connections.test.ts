import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../../../../base/wait-until.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';
import { GitClient } from '../../../../support/git/git-client.js';
import { quickBuilder, startGitEndpoint, type GitEndpoint } from '../../../../support/git/git-endpoint.js';
import { storeFormation, type StoredFormation } from '../../../../support/server/stored-formation.js';

const listening = '0A';

/** Connections whose socket the endpoint still holds, as the kernel knows them (proc(5), net/tcp). */
function held(port: number): number {
  const rows = readFileSync('/proc/self/net/tcp', 'utf8').trim().split('\n').slice(1);
  return rows.filter((row) => {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
    return Number.parseInt(local.split(':')[1]!, 16) === port && state !== listening && inode !== '0';
  }).length;
}

describe('connections to the git endpoint', function () {
  this.timeout(40_000);
  let db: TestDatabase;
  let folder: string;
  let endpoint: GitEndpoint;
  let owned: StoredFormation;
  let client: GitClient;
  const rude: Socket[] = [];

  const start = async (connections: Parameters<typeof startGitEndpoint>[0]['connections']): Promise<void> => {
    endpoint = await startGitEndpoint({ url: db.url, folder, host: '0.0.0.0', connections });
    client = new GitClient(folder, endpoint.port, endpoint.hostKeys);
    await client.register(db.stores, owned.user.id, await client.makeKey());
  };
  /** Sockets of clients that never close them, from an address of this host. */
  const intrude = async (count: number, from = '127.0.0.2', say = ''): Promise<Socket[]> => {
    const sockets = Array.from({ length: count }, () =>
      connect({ port: endpoint.port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true }),
    );
    rude.push(...sockets);
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    if (say !== '') for (const socket of sockets) socket.write(say);
    return sockets;
  };
  const turnedAway = (sockets: readonly Socket[]): number =>
    sockets.filter((socket) => socket.readableEnded || socket.destroyed).length;
  const until = (what: string, is: () => boolean, deadlineMs = 10_000): Promise<true> =>
    waitUntil(() => Promise.resolve(is() ? true : undefined), { deadlineMs, intervalMs: 20, what });

  beforeEach(async () => {
    db = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'deis-git-connections-'));
    owned = await storeFormation(db.stores, 'app');
  });
  afterEach(async () => {
    for (const socket of rude.splice(0)) socket.destroy();
    await endpoint.stop();
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [what, say] of [
    ['say nothing', ''],
    ['say who they are and nothing more', 'SSH-2.0-rude\r\n'],
    ['talk nonsense', 'GET / HTTP/1.1\r\n\r\n'],
  ] as const)
    it(`disturb nobody else when a hundred of one address ${what}, and are gone after the grace`, async () => {
      await start({ graceMs: 3000, handshakes: { burst: 200, perMinute: 1 } });
      const sockets = await intrude(100, '127.0.0.2', say);
      await until('all but ten to be turned away', () => turnedAway(sockets) >= 90);
      assert.ok(held(endpoint.port) <= 10);
      const { code, text } = await client.git('ls-remote', client.url('app'));
      assert.equal(code, 0, text);
      await until('their descriptors to be gone', () => held(endpoint.port) === 0);
      const again = await intrude(10);
      await assert.rejects(until('a new ten to be turned away', () => turnedAway(again) > 0, 1000));
    });

  it('of many addresses that fill all places give way to the one that has fewest', async () => {
    await start({ graceMs: 30_000, limits: { strangers: 20, strangersOfAddress: 10 } });
    const silent = [...(await intrude(10)), ...(await intrude(10, '127.0.0.3'))];
    assert.equal((await client.git('ls-remote', client.url('app'))).code, 0);
    assert.equal(turnedAway(silent), 1);
    const [more] = await intrude(1, '127.0.0.3');
    await until('the eleventh of an address to be turned away', () => turnedAway([more!]) === 1);
  });

  it('may be begun so often a minute by one address, and then again', async () => {
    await start({ handshakes: { burst: 4, perMinute: 60 } });
    const sockets = await intrude(5);
    await until('the fifth to be turned away', () => turnedAway(sockets) === 1);
    assert.equal((await client.git('ls-remote', client.url('app'))).code, 0);
    await until('a place a second later', () => {
      const all = rude.length;
      void intrude(1);
      return turnedAway(rude.slice(0, all)) < all - 4;
    });
  });

  it('of a user who has enough pushes under way are refused in words, and not those of others', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    endpoint = await startGitEndpoint({
      url: db.url,
      folder,
      connections: { limits: { ofUser: 1 } },
      builder: {
        ...quickBuilder,
        build: async (order, say, signal) => {
          await gate;
          return quickBuilder.build(order, say, signal);
        },
      },
    });
    client = new GitClient(folder, endpoint.port, endpoint.hostKeys);
    await client.register(db.stores, owned.user.id, await client.makeKey());
    const other = await storeFormation(db.stores, 'other');
    const theirs = new GitClient(folder, endpoint.port, endpoint.hostKeys);
    await theirs.register(db.stores, other.user.id, await theirs.makeKey());
    await client.commit('one');
    const first = client.push('app');
    await until('the push', () => endpoint.transfers.length === 1);
    const { code, text } = await client.git('ls-remote', client.url('app'));
    assert.notEqual(code, 0);
    assert.match(text, /^deis: owner-of-app has 1 pushes or fetches under way already: wait/m);
    assert.equal((await theirs.git('ls-remote', theirs.url('other'))).code, 0);
    release();
    assert.equal((await first).code, 0);
    assert.equal((await client.git('ls-remote', client.url('app'))).code, 0);
  });

  it('are closed when somebody who has logged in asks for nothing', async () => {
    await start({ graceMs: 1000 });
    const [program, ...options] = client.sshCommand();
    const idle = await execa(program!, [...options, '-N', '-p', String(endpoint.port), 'git@127.0.0.1'], {
      reject: false,
      timeout: 15_000,
    });
    assert.equal(idle.timedOut, false);
    await until('its socket to be gone', () => held(endpoint.port) === 0);
  });
});
