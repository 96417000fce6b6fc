import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { Conflict } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { goodAt } from '../../../../server/api/auth/browser/session.js';
import { readFormationSnapshot } from '../../../../server/store/app/formation-snapshot.js';
import { silentSince } from '../../../../server/store/infrastructure/node-silence-store.js';
import * as tokenSessions from '../../../../server/store/migrations/0023-token-sessions.js';
import { SecretBox, UnreadableBox } from '../../../../server/store/sealing/secret-box.js';
import { Stores } from '../../../../server/store/stores.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import {
  storeFormation,
  storeLayer,
  storeNode,
  type StoredFormation,
} from '../../../support/server/stored-formation.js';

describe('stores', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let stores: Stores;
  before(async () => {
    db = await createTestDatabase();
    stores = db.stores;
  });
  after(() => db.close());

  it('keep what was seen of containers: since when one crashes, its last exit code, and which is missing', async () => {
    const watched = await storeFormation(stores, 'watched');
    const { formation } = watched;
    const node = await storeNode(stores, await storeLayer(stores, watched), 1);
    const { containers } = stores;
    const config = await stores.configs.insert({ formationId: formation.id, createdBy: null, values: {} });
    const release = {
      formationId: formation.id,
      buildId: null,
      configId: config.id,
      summary: '',
      createdBy: null,
    };
    const { id: releaseId } = await stores.releases.insert(release);
    const row = {
      formationId: formation.id,
      nodeId: node.id,
      releaseId,
      type: 'web',
      state: 'serving' as const,
    };
    await containers.insert([
      { ...row, num: 1, port: 5000 },
      { ...row, num: 2, port: 5001 },
    ]);
    const saw = (state: 'up' | 'crashing', exitCode: number | null, second: number): Promise<void> => {
      const since = new Date(Date.UTC(2126, 0, 1, 0, 0, second));
      const seen = { state, restarts: second, exitCode, outOfMemory: false, since: since.toISOString() };
      return containers.saw(node.id, [{ process: 'web.1', port: 5000, seen }], since);
    };
    const seen = async () =>
      (await containers.ofFormation(formation.id)).map((each) => [
        each.seen?.state,
        each.seen?.restarts,
        each.seen?.exitCode,
        each.seen?.since.slice(17, 19),
      ]);
    await saw('crashing', 1, 1);
    await saw('crashing', null, 2);
    assert.deepEqual(await seen(), [
      ['crashing', 2, 1, '01'],
      ['missing', 0, null, '01'],
    ]);
    await saw('up', null, 3);
    assert.deepEqual((await seen())[0], ['up', 3, 1, '03']);
    await containers.saw(
      node.id,
      [
        {
          process: 'web.9',
          port: 5000,
          seen: { ...(await containers.ofFormation(formation.id))[0]!.seen!, state: 'stopped' },
        },
      ],
      new Date(),
    );
    assert.deepEqual((await seen())[0], ['up', 3, 1, '03']);
    for (const second of [4, 5])
      await containers.lostSight(node.id, new Date(Date.UTC(2126, 0, 1, 0, 0, second)));
    assert.deepEqual(await seen(), [
      ['unreachable', 3, 1, '04'],
      ['unreachable', 0, null, '04'],
    ]);
    // Of those that were not looked at nothing was seen.
    await containers.saw(node.id, [], new Date(Date.UTC(2126, 0, 1, 0, 0, 5)), [5001, 5002]);
    assert.deepEqual(await seen(), [
      ['unreachable', 3, 1, '04'],
      ['missing', 0, null, '05'],
    ]);
    await saw('up', null, 6);
    assert.deepEqual(await seen(), [
      ['up', 6, 1, '06'],
      ['missing', 0, null, '05'],
    ]);
  });

  it('remember since when a node in service does not answer, until it does', async () => {
    const silent = await storeFormation(stores, 'silent');
    const { id } = await storeNode(stores, await storeLayer(stores, silent), 1);
    const present = async () => (await stores.nodes.byId(id))!;
    await stores.nodeSilence.begin(id, 'no answer');
    assert.equal(silentSince(await present()), null, 'not in service yet');
    await stores.nodes.update(id, { status: 'ready', lastAction: 'start v1' });
    await stores.nodeSilence.begin(id, 'no answer');
    const since = silentSince(await present());
    assert.ok(since !== null);
    await stores.nodeSilence.begin(id, 'no answer, still');
    assert.deepEqual(silentSince(await present()), since);
    assert.equal((await present()).lastError, 'no answer');
    await stores.nodeSilence.end(id);
    assert.deepEqual([silentSince(await present()), (await present()).lastError], [null, null]);
    await stores.nodes.update(id, { lastAction: 'converge', lastError: 'nginx' });
    await stores.nodeSilence.end(id);
    assert.equal((await present()).lastError, 'nginx');
  });

  it('name all addresses of nodes of some kinds, in whosever formations', async () => {
    const addressed = async (
      formation: string,
      kind: string,
      address: string | null,
      privateAddress: string,
    ) => {
      const layer = await storeLayer(stores, await storeFormation(stores, formation), kind);
      await stores.nodes.update((await storeNode(stores, layer, 1)).id, { address, privateAddress });
    };
    await addressed('first', 'runtime', '192.0.2.9', '10.0.0.9');
    await addressed('second', 'runtime', null, '10.0.0.7');
    await addressed('third', 'proxy', '192.0.2.8', '10.0.0.8');
    await addressed('fourth', 'db', '10.0.0.6', '10.0.0.6');
    const runtimes = ['10.0.0.7', '10.0.0.9', '192.0.2.9'];
    assert.deepEqual(await stores.nodeOrigins.addressesOfKinds(['runtime', 'box']), runtimes);
    assert.deepEqual(await stores.nodeOrigins.addressesOfKinds(['custom']), ['10.0.0.6']);
  });

  it('wait for a lock for a minute and for a statement for ten at most', async () => {
    const setting = async (name: string): Promise<unknown> =>
      (await db.database.raw<{ rows: object[] }>(`show ${name}`)).rows[0];
    assert.deepEqual(await setting('lock_timeout'), { lock_timeout: '1min' });
    assert.deepEqual(await setting('statement_timeout'), { statement_timeout: '10min' });
  });

  describe('users, tokens, invites and keys', () => {
    it('refuses a taken username with a Conflict that names it', async () => {
      const ada = { username: 'ada', email: 'ada@example.com', passwordHash: 'h', isAdmin: true };
      const stored = await stores.users.insert(ada);
      assert.deepEqual(await stores.users.byUsername('ada'), stored);
      await assert.rejects(
        stores.users.insert(ada),
        (error: unknown) => error instanceof Conflict && /ada is taken/.test(error.message),
      );
    });

    it('lets only one of two become the first user', async () => {
      const own = await createTestDatabase();
      const register = (username: string): Promise<boolean> =>
        own.stores.transaction(async (inside) => {
          const isAdmin = await inside.users.isEmptyForUpdate();
          await inside.users.insert({ username, email: '', passwordHash: 'h', isAdmin });
          return isAdmin;
        });
      const admins = await Promise.all(['a1', 'a2', 'a3', 'a4'].map(register));
      await own.close();
      assert.equal(admins.filter(Boolean).length, 1);
    });

    it('finds a token until it expires, and no longer once revoked', async () => {
      const user = await stores.users.insert({
        username: 'token-owner',
        email: '',
        passwordHash: 'h',
        isAdmin: false,
      });
      const expiresAt = new Date('2026-01-02T00:00:00Z');
      const { id } = await stores.tokens.insert({ userId: user.id, hash: 'abc', name: 'laptop', expiresAt });
      assert.equal(
        (await stores.tokens.authenticate('abc', goodAt(new Date('2026-01-01T00:00:00Z'), 0)))?.user.id,
        user.id,
      );
      assert.equal(await stores.tokens.authenticate('abc', goodAt(expiresAt, 0)), undefined);
      assert.equal(await stores.tokens.deleteOfUser(user.id, id), true);
      assert.equal(await stores.tokens.deleteOfUser(user.id, id), false);
    });

    it('takes what a login made before sessions were told apart for one, and no other token', async () => {
      const own = await createTestDatabase();
      try {
        await tokenSessions.down(own.database);
        const [user] = await own
          .database('users')
          .insert({ username: 'ada', email: '', password_hash: 'h' })
          .returning('id');
        const common = { user_id: (user as { id: number }).id, scope: 'all', expires_at: null };
        const rows = [
          { name: 'login' },
          { name: 'register' },
          { name: 'ci' },
          { name: 'login', scope: 'read' },
          { name: 'login', expires_at: new Date() },
        ];
        await own.database('tokens').insert(rows.map((row, n) => ({ ...common, hash: String(n), ...row })));
        await tokenSessions.up(own.database);
        assert.deepEqual(await own.database('tokens').orderBy('id').pluck('is_session'), [
          true,
          true,
          false,
          false,
          false,
        ]);
      } finally {
        await own.close();
      }
    });

    it('gives an invite to one of two who use it at once', async () => {
      const now = new Date();
      await stores.invites.insert({
        codeHash: 'code',
        email: null,
        invitedBy: null,
        expiresAt: new Date(now.getTime() + 60_000),
      });
      const use = (username: string): Promise<boolean> =>
        stores.transaction(async (inside) => {
          const invite = await inside.invites.openForUpdate('code', now);
          if (invite === undefined) return false;
          const user = await inside.users.insert({ username, email: '', passwordHash: 'h', isAdmin: false });
          await inside.invites.markUsed(invite.id, user.id, now);
          return true;
        });
      const used = await Promise.all([use('guest1'), use('guest2')]);
      assert.deepEqual(used.filter(Boolean), [true]);
    });

    it('finds whose key a fingerprint is, and does not say who has a taken one', async () => {
      const user = await stores.users.insert({
        username: 'key-owner',
        email: '',
        passwordHash: 'h',
        isAdmin: false,
      });
      const other = await stores.users.insert({
        username: 'key-thief',
        email: '',
        passwordHash: 'h',
        isAdmin: false,
      });
      const key = { userId: user.id, name: 'laptop', publicKey: 'ssh-ed25519 AAAA', fingerprint: 'SHA256:x' };
      await stores.keys.insert(key);
      assert.equal((await stores.keys.byFingerprint('SHA256:x'))?.user.username, 'key-owner');
      assert.equal(await stores.keys.byFingerprint('SHA256:y'), undefined);
      await assert.rejects(
        stores.keys.insert({ ...key, userId: other.id }),
        (error: unknown) => error instanceof Conflict && !error.message.includes('key-owner'),
      );
      await assert.rejects(stores.keys.insert({ ...key, fingerprint: 'SHA256:z' }), /named laptop/);
    });
  });

  describe('secrets at rest', () => {
    let stored: StoredFormation;
    before(async () => {
      stored = await storeFormation(stores, 'secret-keeper');
    });

    it('keeps keys, credentials and config values out of the tables and of printed records', async () => {
      const layer = await storeLayer(stores, stored);
      const node = await storeNode(stores, layer, 1);
      await stores.configs.insert({
        formationId: stored.formation.id,
        createdBy: null,
        values: { TOKEN: 'sentinel-value', MULTI: 'a\nb="ü"' },
      });
      const provider = await stores.providers.byName(stored.user.id, 'mock');
      await stores.providers.setCreds(provider!.id, { secret: 'sentinel-creds' });
      const tables = ['layers', 'nodes', 'configs', 'providers'];
      const dump = inspect(
        await Promise.all(
          tables.map((table) => stores.database(table).select(stores.database.raw(`${table}::text as row`))),
        ),
        { depth: 9, maxStringLength: null },
      );
      for (const secret of ['private key of', 'host key', 'sentinel-value', 'sentinel-creds'].flatMap(
        (text) => [text, Buffer.from(text).toString('hex')],
      ))
        assert.equal(dump.includes(secret), false, secret);
      assert.doesNotMatch(
        inspect([layer, node], { depth: 9 }) + JSON.stringify([layer, node]),
        /private key of|host key/,
      );
      assert.equal((await stores.layers.byId(layer.id))!.sshPrivateKey.reveal(), 'private key of runtime');
      assert.equal((await stores.nodes.byId(node.id))!.hostPrivateKey!.reveal(), 'host key');
      assert.deepEqual((await stores.configs.newest(stored.formation.id))!.values, {
        TOKEN: 'sentinel-value',
        MULTI: 'a\nb="ü"',
      });
      assert.deepEqual(JSON.parse((await stores.providers.creds(provider!.id)).reveal()), {
        secret: 'sentinel-creds',
      });
    });

    it('keeps attributes of layers out of the table, and reads those of an earlier version', async () => {
      const { id } = await storeLayer(stores, stored, 'mydb');
      const row = async (): Promise<string> =>
        inspect(
          await stores.database('layers').where({ id }).select(stores.database.raw('layers::text as row')),
        );
      await stores
        .database('layers')
        .where({ id })
        .update({ attributes: { password: 'sentinel-old' }, attributes_encrypted: null });
      assert.deepEqual((await stores.layers.byId(id))!.attributes, { password: 'sentinel-old' });
      await stores.layers.update(id, { level: 7 });
      assert.deepEqual((await stores.layers.byId(id))!.attributes, { password: 'sentinel-old' });
      await stores.layers.update(id, { attributes: { password: 'sentinel-new' } });
      assert.deepEqual((await stores.layers.byId(id))!.attributes, { password: 'sentinel-new' });
      for (const secret of ['sentinel', Buffer.from('sentinel').toString('hex')])
        assert.ok(!(await row()).includes(secret));
    });

    it('refuses under another master key, naming the column', async () => {
      const others = new Stores(db.database, new SecretBox([Buffer.alloc(32, 8)]));
      await assert.rejects(
        others.layers.ofFormation(stored.formation.id),
        (error: unknown) =>
          error instanceof UnreadableBox && /layers\.ssh_private_key_encrypted/.test(error.message),
      );
    });

    it('gives every asker the same instance fact, also when all make it at once', async () => {
      const facts = await Promise.all(
        [1, 2, 3, 4].map((n) => stores.instanceFacts.getOrCreate('host-key', () => new Secret(`key ${n}`))),
      );
      assert.equal(new Set(facts.map((fact) => fact.reveal())).size, 1);
    });
  });

  describe('formations and what they are made of', () => {
    it('is one name for all users, and nobody else sees it', async () => {
      const mine = await storeFormation(stores, 'peachy-waxworks');
      const other = await storeFormation(stores, 'other-one');
      await assert.rejects(
        stores.formations.insert({ ownerId: other.user.id, name: 'peachy-waxworks' }),
        Conflict,
      );
      assert.equal(await stores.memberships.ofUser(other.user.id, 'peachy-waxworks'), undefined);
      assert.equal(
        (await stores.memberships.ofUser(mine.user.id, 'peachy-waxworks'))?.formation.id,
        mine.formation.id,
      );
    });

    it('counts generations one by one under parallel bumps, and takes a failed transaction back', async () => {
      const { formation } = await storeFormation(stores, 'bumped');
      const seen = await Promise.all(
        Array.from({ length: 8 }, () =>
          stores.transaction((inside) => inside.formations.bumpGeneration(formation.id)),
        ),
      );
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        [1, 2, 3, 4, 5, 6, 7, 8],
      );
      const failed = stores.transaction(async (inside) => {
        await inside.formations.bumpGeneration(formation.id);
        throw new Error('on purpose');
      });
      await assert.rejects(failed, /on purpose/);
      assert.equal((await stores.formations.byId(formation.id))?.generation, 8);
    });

    it('numbers releases and configs without gap or double under parallel inserts', async () => {
      const { formation } = await storeFormation(stores, 'numbered');
      const cut = (): Promise<number> =>
        stores.withFormationLock(formation.id, async (inside) => {
          const config = await inside.configs.insert({
            formationId: formation.id,
            createdBy: null,
            values: {},
          });
          return (
            await inside.releases.insert({
              formationId: formation.id,
              buildId: null,
              configId: config.id,
              summary: 's',
              createdBy: null,
            })
          ).version;
        });
      const versions = await Promise.all(Array.from({ length: 6 }, cut));
      assert.deepEqual(
        versions.sort((a, b) => a - b),
        [1, 2, 3, 4, 5, 6],
      );
    });

    it('refuses two containers on one port of a node', async () => {
      const stored = await storeFormation(stores, 'ported');
      const node = await storeNode(stores, await storeLayer(stores, stored), 1);
      const config = await stores.configs.insert({
        formationId: stored.formation.id,
        createdBy: null,
        values: {},
      });
      const release = await stores.releases.insert({
        formationId: stored.formation.id,
        buildId: null,
        configId: config.id,
        summary: '',
        createdBy: null,
      });
      const container = {
        formationId: stored.formation.id,
        nodeId: node.id,
        releaseId: release.id,
        type: 'web',
        num: 1,
        port: 5001,
        state: 'starting' as const,
      };
      await stores.containers.insert([container]);
      await assert.rejects(stores.containers.insert([{ ...container, num: 2 }]));
      await stores.nodes.delete(node.id);
      assert.deepEqual(await stores.containers.ofFormation(stored.formation.id), []);
    });

    it('reads live, pending and referenced releases in one snapshot, and not the others', async () => {
      const stored = await storeFormation(stores, 'snapped');
      const { formation } = stored;
      const proxy = await storeLayer(stores, stored, 'proxy', 20);
      const runtime = await storeLayer(stores, stored, 'runtime', 10);
      await storeNode(stores, proxy, 1);
      const node = await storeNode(stores, runtime, 1);
      const build = await stores.builds.insert({
        kind: 'slug',
        id: randomUUID(),
        formationId: formation.id,
        createdBy: null,
        gitCommit: 'c0ffee',
        slugPath: 'ab/x.tgz',
        slugSha256: 'ab',
        slugSize: 4_700_000_000,
        procfile: { web: 'node server.js' },
        image: 'deis/stack:bookworm@sha256:1',
        buildpack: 'nodejs',
        runtimes: [],
      });
      const releases = [];
      for (const n of [1, 2, 3, 4]) {
        const config = await stores.configs.insert({
          formationId: formation.id,
          createdBy: null,
          values: { N: String(n) },
        });
        releases.push(
          await stores.releases.insert({
            formationId: formation.id,
            buildId: build.id,
            configId: config.id,
            summary: `v${n}`,
            createdBy: null,
          }),
        );
      }
      const [old, running, live, pending] = releases;
      await stores.releases.setState(old!.id, 'superseded', 'v3');
      await stores.releases.setState(running!.id, 'live');
      await stores.releases.setState(live!.id, 'live');
      await stores.formations.setLiveRelease(formation.id, live!.id);
      await stores.containers.insert([
        {
          formationId: formation.id,
          nodeId: node.id,
          releaseId: running!.id,
          type: 'web',
          num: 1,
          port: 5001,
          state: 'retiring',
        },
      ]);
      const snapshot = (await readFormationSnapshot(stores, formation.id))!;
      assert.deepEqual(
        snapshot.releases.map((release) => [release.version, release.config['N']]),
        [
          [2, '2'],
          [3, '3'],
          [4, '4'],
        ],
      );
      const [oldest] = snapshot.releases;
      assert.equal(oldest?.build?.kind === 'slug' && oldest.build.slugSize, 4_700_000_000);
      assert.equal(pending!.state, 'pending');
      assert.deepEqual(
        snapshot.layers.map((layer) => layer.name),
        ['runtime', 'proxy'],
      );
      assert.equal(snapshot.nodes.length, 2);
      assert.equal(await readFormationSnapshot(stores, 999_999), undefined);
    });

    it('has the containers of others on the nodes that it shares, with the memory that they may use', async () => {
      const host = await storeFormation(stores, 'shared');
      const hosted = { ownerId: host.user.id, name: 'sharing', hostId: host.formation.id };
      const guest = { formation: await stores.formations.insert(hosted) };
      const { id: nodeId } = await storeNode(stores, await storeLayer(stores, host), 1);
      const put = async (formationId: number, port: number, limits: Record<string, { memory?: number }>) => {
        const { id: configId } = await stores.configs.insert({ formationId, createdBy: null, values: {} });
        const release = { formationId, buildId: null, configId, summary: '', createdBy: null, limits };
        const { id: releaseId } = await stores.releases.insert(release);
        const row = { formationId, nodeId, releaseId, type: 'web', num: 1, port, state: 'serving' as const };
        await stores.containers.insert([row]);
      };
      await put(host.formation.id, 5001, { web: { memory: 3_000_000_000 }, worker: { memory: 1 } });
      await put(guest.formation.id, 5002, { worker: { memory: 1 } });
      const othersOf = async (id: number) => (await readFormationSnapshot(stores, id))?.others;
      assert.deepEqual(await othersOf(guest.formation.id), [
        { nodeId, port: 5001, memory: 3_000_000_000, cpus: null },
      ]);
      assert.deepEqual(await othersOf(host.formation.id), [{ nodeId, port: 5002, memory: null, cpus: null }]);
      const alone = await storeFormation(stores, 'unshared');
      assert.equal(await othersOf(alone.formation.id), undefined);
    });

    it('takes everything along when deleted, and keeps its operations under its name', async () => {
      const stored = await storeFormation(stores, 'doomed');
      await storeNode(stores, await storeLayer(stores, stored), 1);
      const config = await stores.configs.insert({
        formationId: stored.formation.id,
        createdBy: null,
        values: {},
      });
      const release = await stores.releases.insert({
        formationId: stored.formation.id,
        buildId: null,
        configId: config.id,
        summary: '',
        createdBy: null,
      });
      await stores.formations.setLiveRelease(stored.formation.id, release.id);
      const id = randomUUID();
      await stores.operations.enqueue({
        id,
        formationId: stored.formation.id,
        formationName: 'doomed',
        kind: 'destroy',
        requestedBy: stored.user.id,
      });
      await stores.formations.delete(stored.formation.id);
      const kept = await stores.operations.byId(id);
      assert.deepEqual([kept?.formationId, kept?.formationName], [null, 'doomed']);
      assert.deepEqual(await stores.layers.ofFormation(stored.formation.id), []);
    });
  });

  describe('operation events', () => {
    it('appends in order and lists after an id', async () => {
      const stored = await storeFormation(stores, 'eventful');
      const id = randomUUID();
      await stores.operations.enqueue({
        id,
        formationId: stored.formation.id,
        formationName: 'eventful',
        kind: 'deploy',
        requestedBy: null,
      });
      await stores.operationEvents.append(
        id,
        ['a', 'b', "c 'quoted' \u00fc"].map((text) => ({ type: 'line', data: { text } })),
      );
      const events = await stores.operationEvents.listAfter(id, 0);
      assert.deepEqual(
        events.map((event) => event.data['text']),
        ['a', 'b', "c 'quoted' \u00fc"],
      );
      assert.deepEqual(await stores.operationEvents.listAfter(id, events[1]!.id), [events[2]]);
      await stores.operationEvents.append(randomUUID(), [{ type: 'line', data: {} }]);
    });
  });
});
