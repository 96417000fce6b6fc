import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { NotFound } from '../../../base/errors.js';
import { waitUntil } from '../../../base/wait-until.js';
import type { BlobStore } from '../../../server/blobs/blob-store.js';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What every store of blobs does. `open` gives an empty one, `leftovers` what a put that failed left anywhere. */
export function keepsTheBlobContract(
  open: () => BlobStore,
  leftovers: () => Promise<readonly string[]>,
): void {
  let store: BlobStore;
  beforeEach(async () => {
    store = open();
    for (const key of await keys()) await store.remove(key);
  });

  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of store.list()) found.push(key);
    return found.sort();
  };
  const put = (key: string, what: string): Promise<void> =>
    store.put(Readable.from([Buffer.from(what)]), () => key);

  it('gives back what was put, in whole and in part, and tells its size', async () => {
    await put('aa/app.tgz', 'a slug');
    await put('image.tar.gz', 'an image');
    assert.equal(await text(await store.get('aa/app.tgz')), 'a slug');
    assert.equal(await text(await store.get('aa/app.tgz', { start: 2 })), 'slug');
    assert.equal(await text(await store.get('aa/app.tgz', { start: 2, end: 3 })), 'sl');
    const found = await store.stat('aa/app.tgz');
    assert.deepEqual([found?.key, found?.size], ['aa/app.tgz', 6]);
    assert.ok(Math.abs(Date.now() - found!.usedAt.getTime()) < 60_000, String(found?.usedAt));
    assert.deepEqual(await keys(), ['aa/app.tgz', 'image.tar.gz']);
  });

  it('takes an empty blob, and one of many parts, byte for byte', async () => {
    await store.put(Readable.from([]), () => 'none/app.tgz');
    assert.equal((await store.stat('none/app.tgz'))?.size, 0);
    const large = randomBytes(20 * 1024 ** 2 + 7);
    await store.put(Readable.from(chunksOf(large)), () => 'large/app.tgz');
    assert.equal(sha256(await buffer(await store.get('large/app.tgz'))), sha256(large));
  });

  it('asks for the key when all has been read', async () => {
    const hash = createHash('sha256');
    const source = Readable.from([Buffer.from('one '), Buffer.from('two')]).map((chunk: Buffer) => {
      hash.update(chunk);
      return chunk;
    });
    await store.put(source, () => `${hash.digest('hex')}/app.tgz`);
    assert.deepEqual(await keys(), [`${sha256(Buffer.from('one two'))}/app.tgz`]);
  });

  it('shows nothing of a put that fails or is under way, and keeps nothing of it', async () => {
    const broken = new Readable({ read: () => undefined });
    broken.push(Buffer.alloc(6 * 1024 ** 2));
    const putting = store.put(broken, () => 'broken/app.tgz');
    putting.catch(() => undefined);
    await waitUntil(() => Promise.resolve(broken.readableLength === 0 || undefined), {
      deadlineMs: 10_000,
      intervalMs: 10,
      what: 'the store to read',
    });
    assert.deepEqual(await keys(), []);
    broken.destroy(new Error('cut'));
    await assert.rejects(putting, /cut/);
    assert.deepEqual([await keys(), await leftovers()], [[], []]);
    const refused = store.put(Readable.from(['x']), () => {
      throw new Error('no key');
    });
    await assert.rejects(refused, /no key/);
    assert.deepEqual([await keys(), await leftovers()], [[], []]);
  });

  it('keeps the same bytes when they are put twice at once, readable all the while', async () => {
    await put('same/app.tgz', 'same');
    const reader = await store.get('same/app.tgz');
    await Promise.all([put('same/app.tgz', 'same'), put('same/app.tgz', 'same')]);
    assert.equal(await text(reader), 'same');
    assert.equal(await text(await store.get('same/app.tgz')), 'same');
    assert.deepEqual(await keys(), ['same/app.tgz']);
  });

  it('tells a use by its time', async () => {
    await put('old/app.tgz', 'old');
    const before = (await store.stat('old/app.tgz'))!.usedAt.getTime();
    const touched = async (): Promise<true | undefined> => {
      await store.touch('old/app.tgz');
      return (await store.stat('old/app.tgz'))!.usedAt.getTime() > before || undefined;
    };
    await waitUntil(touched, { deadlineMs: 10_000, intervalMs: 200, what: 'a younger time' });
    assert.equal(await text(await store.get('old/app.tgz')), 'old');
  });

  it('knows nothing of what is not there, and removes it again and again', async () => {
    await put('one/app.tgz', 'one');
    await put('one/other.tgz', 'other');
    for (let time = 0; time < 2; time += 1) await store.remove('one/app.tgz');
    assert.deepEqual([await store.stat('one/app.tgz'), await keys()], [undefined, ['one/other.tgz']]);
    await assert.rejects(store.get('one/app.tgz'), NotFound);
    await assert.rejects(store.touch('one/app.tgz'), NotFound);
  });

  it('lists more than a page holds', async () => {
    const wanted = Array.from({ length: 1005 }, (_, at) => `${at}/app.tgz`);
    for (let at = 0; at < wanted.length; at += 50)
      await Promise.all(wanted.slice(at, at + 50).map((key) => put(key, 'x')));
    assert.deepEqual(await keys(), [...wanted].sort());
  });

  it('takes no key that leads elsewhere', async () => {
    for (const key of ['../x', 'a/../b', '/x', 'a/b/c', '.hidden', 'a/.b', '', 'a//b', 'a b'])
      await assert.rejects(store.get(key), /is not a valid key/, key);
  });

  it('ends when its reader goes', async () => {
    await put('read/app.tgz', 'x'.repeat(1024 ** 2));
    const reader = await store.get('read/app.tgz');
    reader.destroy();
    if (!reader.closed) await once(reader, 'close');
    assert.equal((await store.stat('read/app.tgz'))?.size, 1024 ** 2);
  });
}

function* chunksOf(bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
