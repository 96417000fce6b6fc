import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { Secret } from '../../../base/secret.js';
import { keyFingerprint } from '../../../provisioner/ssh/host-key.js';
import { FileBlobs } from '../../../server/blobs/file-blobs.js';
import { formationOfUser, userOfKey } from '../../../server/git/authorize-push.js';
import { signUrl } from '../../../server/slug/sign-url.js';
import { SlugFiles } from '../../../server/slug/slug-files.js';
import { SlugServer } from '../../../server/slug/slug-server.js';
import { ApiHarness, type Caller } from '../../support/server/api-harness.js';

/** What a stranger, and what the owner, could get at in the original: each case asks the real server. */
describe('the original, asked over HTTP and by git', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let ada: Caller;
  let bob: Caller;
  before(async () => {
    api = await ApiHarness.start();
    ada = await api.register('ada');
    bob = await api.register('ada_1', ada);
    await ada.post('/api/formations', { id: 'adas', flavor: 'mock' }).expect(201);
  });
  after(() => api.close());

  it('looked a formation up without its owner: here strangers see none', async () => {
    const plain = (text: string, name: string): string =>
      text.replaceAll(name, 'NAME').replace(/"request_id":"[^"]*"/, '');
    for (const rest of ['', '/config', '/releases', '/layers', '/containers']) {
      const others = await bob.get(`/api/formations/adas${rest}`);
      const nobodys = await bob.get(`/api/formations/nobody${rest}`);
      assert.deepEqual([others.status, nobodys.status], [404, 404], rest);
      assert.equal(plain(others.text, 'adas'), plain(nobodys.text, 'nobody'), rest);
    }
  });

  it('answered every version with the newest release: here v1 is v1', async () => {
    const { stores } = api.parts;
    const formation = (await stores.formations.byName('adas'))!;
    const config = await stores.configs.insert({ formationId: formation.id, createdBy: null, values: {} });
    for (const summary of ['one', 'two'])
      await stores.releases.insert({
        formationId: formation.id,
        buildId: null,
        configId: config.id,
        summary,
        createdBy: formation.ownerId,
      });
    for (const [version, summary] of Object.entries({ v1: 'one', v2: 'two' }))
      assert.equal((await ada.get(`/api/formations/adas/releases/${version}`)).body.summary, summary);
  });

  it('let two users have one name: here the second is refused', async () => {
    await bob.post('/api/formations', { id: 'adas' }).expect(409);
    assert.deepEqual((await bob.get('/api/formations').expect(200)).body.results, []);
  });

  it('read who pushes out of a name with "_" in it: here the key alone says it', async () => {
    const { stores } = api.parts;
    const request = { service: 'receive-pack', formation: 'adas' } as const;
    for (const username of ['ada', 'ada_1']) {
      const user = (await stores.users.byUsername(username))!;
      const key = Buffer.from(`key of ${username}`);
      await stores.keys.insert({
        userId: user.id,
        name: 'ada_1',
        publicKey: `ssh-ed25519 ${key.toString('base64')}`,
        fingerprint: keyFingerprint(key),
      });
      const pusher = (await userOfKey(stores, key))!;
      assert.equal(pusher.username, username);
      assert.equal('refuse' in (await formationOfUser(stores, pusher, request)), username !== 'ada');
    }
  });

  it('gave credentials and private keys out: here no answer holds them', async () => {
    const creds = { key: 'creds-sentinel' };
    await ada.post('/api/providers', { id: 'mine', type: 'mock', creds }).expect(201);
    const layer = (await ada.get('/api/formations/adas/layers/runtime').expect(200)).body;
    const paths = ['/api/providers', '/api/providers/mine', '/api/formations/adas/layers', '/api/flavors'];
    const texts = await Promise.all(paths.map(async (path) => (await ada.get(path).expect(200)).text));
    for (const text of [...texts, JSON.stringify(layer)])
      assert.doesNotMatch(text, /creds-sentinel|"creds"|PRIVATE KEY/);
  });

  it('served source code to everybody: here a slug needs the signature of its path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deis-slug-of-2013-'));
    const key = new Secret('secret');
    const slugs = new SlugFiles(new FileBlobs(folder));
    const images = { pathOf: () => Promise.reject(new Error('no image is asked for')) };
    const now = (): Date => new Date(0);
    const logger = pino({ level: 'silent' });
    const server = new SlugServer({ key, slugs: folder, images, now, logger });
    try {
      const base = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
      const { path } = await slugs.save(Readable.from([Buffer.from('source')]), 'app', 1000);
      const status = async (url: string): Promise<number> => (await fetch(url)).status;
      assert.equal(await status(signUrl(base, `/${path}`, { expires: 60, clients: [] }, key)), 200);
      assert.equal(await status(`${base}/${path}`), 403);
      assert.equal(
        await status(signUrl(base, `/${path}`, { expires: 60, clients: [] }, new Secret('guess'))),
        403,
      );
      assert.equal(await status(signUrl(base, `/${path}`, { expires: -60, clients: [] }, key)), 403);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
