import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { waitUntil } from '../../../../../base/wait-until.js';
import { FileBlobs } from '../../../../../server/blobs/file-blobs.js';
import { importBuild } from '../../../../../server/builder/import/import-build.js';
import { RemoteSource } from '../../../../../server/remote/remote-source.js';
import { RemoteNetworks } from '../../../../../server/remote/remote-networks.js';
import { importBuildKind } from '../../../../../server/formation/requests/kinds/import-build.js';
import { SlugFiles } from '../../../../../server/slug/slug-files.js';
import type { NewBuild } from '../../../../../server/store/app/builds/build-store.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';
import { startTestWorker, type TestWorker } from '../../../../support/server/operation-worker.js';
import { storeFormation, type StoredFormation } from '../../../../support/server/stored-formation.js';

const slug = gzipSync(Buffer.alloc(4096, 'slug'));
const sha256 = createHash('sha256').update(slug).digest('hex');
const maxSlugBytes = 64 * 1024;

describe('a slug that was built elsewhere', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let stored: StoredFormation;
  let worker: TestWorker;
  let store: Server;
  let port: number;
  let full: string | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'deis-import-'));
  const cut: NewBuild[] = [];
  const asked: string[] = [];

  /** What the store answers, by path. */
  const answers: Readonly<Record<string, (respond: Respond) => void>> = {
    '/app.tgz': (respond) => respond(200, slug),
    '/moved': (respond) => respond(302, '', { location: '/app.tgz' }),
    '/round': (respond) => respond(302, '', { location: '/round' }),
    '/inwards': (respond) => respond(302, '', { location: `http://127.0.0.2:${port}/app.tgz` }),
    '/metadata': (respond) => respond(302, '', { location: 'http://169.254.169.254/latest/meta-data/' }),
    '/file': (respond) => respond(302, '', { location: 'file:///etc/passwd' }),
    '/text': (respond) => respond(200, 'not a slug'),
    '/empty': (respond) => respond(200, ''),
    '/large': (respond) => respond(200, Buffer.concat([slug, Buffer.alloc(maxSlugBytes)])),
    '/secret': (respond) => respond(403, 'go away'),
  };
  type Respond = (status: number, body: string | Buffer, headers?: Record<string, string>) => void;

  before(async () => {
    db = await createTestDatabase();
    stored = await storeFormation(db.stores, 'app');
    store = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://store');
      asked.push(`${request.socket.localAddress} ${pathname}`);
      answers[pathname]!((status, body, headers = {}) => response.writeHead(status, headers).end(body));
    }).listen(0, '0.0.0.0');
    await once(store, 'listening');
    port = (store.address() as AddressInfo).port;
    const handler = importBuild({
      stores: db.stores,
      source: new RemoteSource({
        networks: new RemoteNetworks(['127.0.0.3/32']),
        authorities: async () => [],
        what: 'slugs',
        setting: 'DEIS_SLUG_SOURCES',
        field: 'url',
      }),
      slugs: new SlugFiles(new FileBlobs(folder, () => new Date())),
      disk: { refusal: async () => full },
      launcher: {
        cutRelease: async (formation, build) => {
          cut.push(build);
          const config = await db.stores.configs.insert({
            formationId: formation.id,
            createdBy: null,
            values: {},
          });
          return db.stores.releases.insert({
            formationId: formation.id,
            buildId: build.id,
            configId: config.id,
            summary: 'Deploy',
            createdBy: null,
          });
        },
        deploy: async () => ({ state: 'live' }),
      },
      stackImage: async () => ({ reference: 'deis/stack:bookworm@sha256:1' }),
      maxSlugBytes,
    });
    worker = await startTestWorker(db.url, { [importBuildKind.name]: handler });
  });
  beforeEach(() => {
    full = undefined;
    cut.length = 0;
    asked.length = 0;
  });
  after(async () => {
    await worker.stop();
    await db.close();
    store.closeAllConnections();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async (url: string, sum = sha256): Promise<OperationRecord> => {
    const { id } = await db.stores.operations.enqueue({
      id: randomUUID(),
      formationId: stored.formation.id,
      formationName: stored.formation.name,
      kind: importBuildKind.name,
      params: { url, sha256: sum, procfile: { web: './server' }, commit: null },
      requestedBy: stored.user.id,
    });
    return waitUntil(
      async () => {
        const operation = await db.stores.operations.byId(id);
        return operation?.finishedAt ? operation : undefined;
      },
      { deadlineMs: 20_000, intervalMs: 20, what: 'the operation to end' },
    );
  };
  const at = (path: string): string => `http://127.0.0.3:${port}${path}`;
  const messageOf = async (url: string, sum?: string): Promise<string> => {
    const { state, error } = await run(url, sum);
    assert.equal(state, 'failed');
    assert.deepEqual(cut, []);
    return error?.message ?? '';
  };

  for (const path of ['/app.tgz', '/moved'])
    it(`is fetched and verified, and is a build like others: ${path}`, async () => {
      const { state, result, error } = await run(at(path));
      assert.equal(state, 'succeeded', JSON.stringify(error));
      assert.deepEqual([result?.['state'], result?.['sha256']], ['live', sha256]);
      const [build] = cut;
      assert.deepEqual(
        [build?.procfile, build?.gitCommit, build?.kind === 'slug' && build.slugPath],
        [{ web: './server' }, sha256, `${sha256}/app.tgz`],
      );
      assert.deepEqual(readdirSync(join(folder, sha256)), ['app.tgz']);
    });

  it('is refused with another hash, and nothing of it is kept', async () => {
    const message = await messageOf(at('/app.tgz'), '0'.repeat(64));
    assert.match(message, new RegExp(`the slug has the sha256 ${sha256}, not 0{64}`));
    assert.ok(!readdirSync(folder).includes('0'.repeat(64)));
  });

  const refused: Readonly<Record<string, RegExp>> = {
    '/text': /not a slug: expected a tar archive, packed with gzip/,
    '/empty': /not a slug/,
    '/large': /the slug is larger than 0 MB/,
    '/secret?signature=s3cret': /127\.0\.0\.3:\d+\/secret could not be fetched: it answers 403$/,
    '/round': /it redirects more than 3 times/,
    '/file': /expected http or https, not file:/,
    '/inwards': /127\.0\.0\.2 is in a network of the controller's own/,
    '/metadata': /169\.254\.169\.254 is in a network of the controller's own/,
  };
  for (const [path, said] of Object.entries(refused))
    it(`is refused, and says why: ${path}`, async () => {
      assert.match(await messageOf(at(path)), said);
      assert.ok(
        asked.every((each) => each.startsWith('127.0.0.3 ')),
        String(asked),
      );
    });

  // Names and spellings that lead to this host: not one connection is made.
  for (const host of [
    'localhost',
    '127.0.0.2',
    '127.1.1',
    '0x7f000002',
    '[::1]',
    '[::ffff:127.0.0.2]',
    '0.0.0.0',
  ])
    it(`is not fetched from ${host}`, async () => {
      const message = await messageOf(`http://${host}:${port}/app.tgz`);
      assert.match(message, /could not be fetched: .* is in a network of the controller's own/);
      assert.deepEqual(asked, []);
    });

  it('is not fetched onto a disk that is nearly full', async () => {
    full = 'the disk is nearly full';
    assert.match(await messageOf(at('/app.tgz')), /the disk is nearly full/);
    assert.deepEqual(asked, []);
  });
});
