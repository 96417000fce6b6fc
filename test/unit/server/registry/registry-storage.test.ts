import assert from 'node:assert/strict';
import {
  createReadStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { collectImages } from '../../../../server/registry/collect-images.js';
import { partPath } from '../../../../server/registry/image-layout.js';
import {
  RegistryStorage,
  repositoriesIn,
  type ImageName,
  type StoredImage,
} from '../../../../server/registry/registry-storage.js';
import { writeSmallImage } from '../../../support/apps/small-image.js';

const never = new AbortController().signal;

describe('the files of the registry', () => {
  let above: string;
  let folder: string;
  let storage: RegistryStorage;
  beforeEach(() => {
    above = mkdtempSync(join(tmpdir(), 'deis-registry-storage-'));
    folder = join(above, 'registry');
    storage = new RegistryStorage(folder);
  });
  afterEach(() => rmSync(above, { recursive: true, force: true }));

  async function put(formation: string, text: string): Promise<StoredImage> {
    const { place, id, layers } = writeSmallImage(above, [Buffer.alloc(0), Buffer.from(text)]);
    const manifest = readFileSync(join(place, 'digest'), 'utf8');
    const image = { formation, id, manifest, parts: [id, ...layers] };
    for (const digest of [manifest, ...image.parts])
      await storage.putPart(digest, createReadStream(partPath(place, { digest })));
    await storage.link(image);
    return image;
  }
  const tagOf = ({ formation, id }: ImageName): string =>
    join(repositoriesIn(folder), formation, '_manifests/tags', id.slice('sha256:'.length), 'current/link');
  const hourAgo = (): Date => new Date(Date.now() - 3600_000);

  it('give back an image that was put there, for this user alone', async () => {
    const image = await put('app', 'layer');
    assert.deepEqual(await storage.image(image), image);
    assert.equal(await storage.has(image), true);
    assert.equal((await buffer((await storage.part(image.parts[1]!))!)).length, 0);
    assert.equal((await buffer((await storage.part(image.parts[2]!))!)).toString(), 'layer');
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(partPath(folder, { digest: image.id })).mode & 0o777, 0o600);
    await storage.link(image);
  });

  it('lack an image whose part, manifest or tag is gone', async () => {
    const image = await put('app', 'layer');
    assert.equal(await storage.image({ ...image, formation: 'other' }), undefined);
    assert.equal(await storage.image({ ...image, id: `sha256:${'0'.repeat(64)}` }), undefined);
    rmSync(partPath(folder, { digest: image.parts[1]! }));
    assert.equal(await storage.part(image.parts[1]!), undefined);
    assert.equal(await storage.has(image), false);
    writeFileSync(partPath(folder, { digest: image.manifest }), '{"layers":[]}');
    assert.equal(await storage.image(image), undefined);
  });

  it('are not left by a name that is none', async () => {
    const image = await put('app', 'layer');
    for (const name of [
      { formation: '../app', id: image.id },
      { formation: 'app', id: 'sha256:../../x' },
    ]) {
      assert.equal(await storage.image(name), undefined);
      await storage.touch(name);
    }
    await storage.touch({ formation: 'app', id: `sha256:${'0'.repeat(64)}` });
  });

  it('hold no part that was cut off, and none of other bytes', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      throw new Error('the archive ends');
    }
    const digest = `sha256:${'1'.repeat(64)}`;
    await assert.rejects(storage.putPart(digest, Readable.from(broken())), /the archive ends/);
    assert.equal(await storage.putPart(digest, Readable.from([Buffer.from('else')])), false);
    assert.equal(await storage.part(digest), undefined);
    assert.deepEqual(readdirSync(folder), []);
  });

  describe('are collected', () => {
    let removed: string[];
    const collect = (onNeeded: () => Promise<void>): Promise<string[]> =>
      collectImages(
        {
          folder,
          unusedSince: new Date(Date.now() - 60_000),
          needed: async () => {
            await onNeeded();
            return { formations: new Set(), images: new Map() };
          },
          remove: (repository, manifest) => {
            removed.push(`${repository} ${manifest}`);
            for (const image of all)
              if (image.manifest === manifest) rmSync(join(tagOf(image), '../..'), { recursive: true });
            return Promise.resolve();
          },
          sweep: () => Promise.resolve(),
        },
        never,
      );
    let all: StoredImage[];
    beforeEach(async () => {
      removed = [];
      all = [await put('app', 'one'), await put('app', 'two')];
      for (const image of all) utimesSync(tagOf(image), hourAgo(), hourAgo());
    });

    it('when they are old and nobody needs them, with the repository of a formation that is gone', async () => {
      assert.deepEqual((await collect(() => Promise.resolve())).sort(), all.map(({ id }) => id).sort());
      assert.throws(() => statSync(join(repositoriesIn(folder), 'app')), /ENOENT/);
    });

    it('but for those that a backup has begun to read, whose repository stays', async () => {
      const [read, other] = all as [StoredImage, StoredImage];
      assert.deepEqual(await collect(() => storage.touch(read)), [other.id]);
      assert.deepEqual(removed, [`app ${other.manifest}`]);
      assert.equal(await storage.has(read), true);
    });
  });
});
