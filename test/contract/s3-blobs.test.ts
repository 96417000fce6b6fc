import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { UserError } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import type { S3Stores } from '../../server/blobs/s3-stores.js';
import { spoolFolder } from '../../server/blobs/spool-folder.js';
import { keepsTheBlobContract } from '../support/server/blob-store-contract.js';
import { MotoStore } from '../support/moto/moto-store.js';

/** Where PyPI does not give moto, `npm test` leaves this file out and says why; file-blobs.test.ts runs everywhere. */
describe('blobs in S3, by moto', function () {
  this.timeout(60_000);
  let store: MotoStore;
  let dataDir: string;
  let blobs: S3Stores;
  before(async function () {
    this.timeout(600_000);
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    store = await MotoStore.start();
    ({ dataDir, blobs } = store.host());
  });
  after(async () => {
    delete process.env['AWS_EC2_METADATA_DISABLED'];
    await store?.stop();
  });

  keepsTheBlobContract(
    () => blobs.slugs,
    async () => [...(await readdir(spoolFolder(dataDir)).catch(() => [])), ...(await store.unfinished())],
  );

  it('gives a URL that needs nothing else, for its blob alone, in part, and not for ever', async () => {
    // moto checks no signatures in URLs: that they are there is what can be seen.
    await blobs.slugs.put(Readable.from(['a slug']), () => 'aa/app.tgz');
    const url = await blobs.slugs.url('aa/app.tgz', 60);
    assert.equal(await (await fetch(url)).text(), 'a slug');
    const part = await fetch(url, { headers: { range: 'bytes=2-' } });
    assert.deepEqual([part.status, await part.text()], [206, 'slug']);
    assert.match(url, /[?&]X-Amz-Expires=60&/);
    assert.match(url, /[?&]X-Amz-Signature=[0-9a-f]{64}(&|$)/);
    assert.ok(!url.includes(store.place.keys!.secret.reveal()));
  });

  it('keeps rooms and prefixes apart', async () => {
    await blobs.slugs.put(Readable.from(['x']), () => 'aa/app.tgz');
    const other = store.host({ prefix: 'classic-2' }).blobs;
    await other.slugs.put(Readable.from(['y']), () => 'bb/app.tgz');
    const seen: string[] = [];
    for (const room of [blobs.images, blobs.bundles, other.slugs, store.host({ prefix: '' }).blobs.slugs])
      for await (const { key } of room.list()) seen.push(key);
    assert.deepEqual(seen, ['bb/app.tgz']);
    await other.slugs.remove('bb/app.tgz');
  });

  it('says which settings to look at when the bucket is not there or does not answer', async () => {
    await blobs.check();
    const keys = { id: 'nobody', secret: new Secret('never-shown-secret') };
    await store.moto.demandAuth(0);
    for (const place of [{ bucket: 'no-such-bucket' }, { keys }, { endpoint: 'http://127.0.0.1:9' }])
      await assert.rejects(
        store.host(place).blobs.check(),
        (error) =>
          error instanceof UserError &&
          /does not answer as it should: .+; check DEIS_STORE/.test(error.message) &&
          !error.message.includes('never-shown'),
        JSON.stringify(place),
      );
    await store.moto.demandAuth(1_000_000);
  });
});
