import assert from 'node:assert/strict';
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFromSettings,
  openNamed,
  restoreFromSettings,
  verifyFromSettings,
} from '../../../../server/commands/backup/backup-actions.js';
import { collectImages } from '../../../../server/registry/collect-images.js';
import { partPath } from '../../../../server/registry/image-layout.js';
import {
  registryFolder,
  RegistryStorage,
  repositoriesIn,
  type StoredImage,
} from '../../../../server/registry/registry-storage.js';
import { readSettings } from '../../../../server/settings/settings.js';
import { BackupBench } from '../../../support/server/backup-bench.js';

type Env = Record<string, string>;
const shared = Buffer.from('a layer of all\n'.repeat(5000));

describe('images of apps in a backup', function () {
  this.timeout(120_000);
  let bench: BackupBench;
  beforeEach(async () => {
    bench = await BackupBench.create();
  });
  afterEach(() => bench.close());

  const create = (env: Env = bench.env()): Promise<void> =>
    createFromSettings(bench.context(env), { recipient: [] });
  const verify = (env: Env = bench.env()): Promise<void> =>
    verifyFromSettings(bench.context(env), undefined, {});
  /** Into an empty place. Resolves to the registry's files there. */
  async function restore(): Promise<{ registry: RegistryStorage; folder: string }> {
    const env = await bench.bareHost();
    await restoreFromSettings(bench.context(env), undefined, { replace: [] });
    const folder = registryFolder(env['DEIS_DATA_DIR']!);
    return { registry: new RegistryStorage(folder), folder };
  }
  async function format(): Promise<number> {
    const { archive } = await openNamed(readSettings(bench.env()), undefined, {});
    await archive.rest.return(undefined);
    return archive.head.format;
  }
  const says = (text: string): boolean => bench.lines.some((line) => line.includes(text));

  it('come back whole, each part read once, and only those that builds name', async () => {
    const images = [
      await bench.addImage([shared, Buffer.from('one')]),
      await bench.addImage([shared, Buffer.from('two')]),
    ];
    const stray = await bench.addImage([shared, Buffer.from('three')], { named: false });
    await create();
    assert.ok(says('registry: 7 parts, 0.1 MB'), bench.lines.join('\n'));
    assert.equal(await format(), 2);
    await verify();
    assert.match(bench.lines.at(-1)!, /, 9 files, 2 images, secrets of/);
    const { registry, folder } = await restore();
    for (const image of images)
      assert.deepEqual([await registry.image(image), await registry.has(image)], [image, true]);
    assert.deepEqual(
      [await registry.image(stray), await registry.part(stray.manifest)],
      [undefined, undefined],
    );
    assert.ok(!says('lacks'));
    const [{ mode, uid }, part] = [statSync(folder), statSync(partPath(folder, { digest: images[0]!.id }))];
    assert.deepEqual([mode & 0o777, part.mode & 0o777], [0o700, 0o600]);
    assert.deepEqual([uid, part.uid], [process.getuid!(), process.getuid!()]);
  });

  it('that the registry lacks or has other bytes of are told, and not verified; the others restore', async () => {
    const images: StoredImage[] = [];
    for (const text of ['gone', 'changed', 'good'])
      images.push(await bench.addImage([shared, Buffer.from(text)]));
    const [gone, changed, good] = images as [StoredImage, StoredImage, StoredImage];
    const source = registryFolder(bench.dataDir);
    rmSync(partPath(source, { digest: gone.parts[2]! }));
    writeFileSync(partPath(source, { digest: changed.parts[2]! }), 'else');
    await create();
    for (const { id } of [gone, changed])
      assert.ok(says(`the store lacks the image app@${id}, which a build names`), bench.lines.join('\n'));
    assert.ok(!says(`app@${good.id}`));
    await assert.rejects(verify(), (error: Error) => {
      assert.match(
        error.message,
        /restores, but for files that the store lacks:(\n {2}the image app@\S+){2}$/,
      );
      return true;
    });
    const { registry } = await restore();
    assert.ok(says(`the store lacks the image app@${changed.id}, which a build names: push that app again`));
    assert.deepEqual(
      [await registry.has(gone), await registry.has(changed), await registry.has(good)],
      [false, false, true],
    );
    assert.equal(await registry.part(changed.parts[2]!), undefined);
  });

  it('stay until they are read, though nobody needs them meanwhile', async () => {
    const image = await bench.addImage([shared]);
    const folder = registryFolder(bench.dataDir);
    const tag = join(repositoriesIn(folder), 'app/_manifests/tags', image.id.slice('sha256:'.length));
    const old = new Date(Date.now() - 7200_000);
    utimesSync(join(tag, 'current/link'), old, old);
    const collect = (): Promise<string[]> =>
      collectImages(
        {
          folder,
          unusedSince: new Date(Date.now() - 3600_000),
          needed: () => Promise.resolve({ formations: new Set(), images: new Map() }),
          remove: () => Promise.reject(new Error('it is removed while it is read')),
          sweep: () => Promise.resolve(),
        },
        new AbortController().signal,
      );
    await assert.rejects(collect(), /while it is read/);
    const context = bench.context(bench.env());
    let meanwhile: Promise<string[]> | undefined;
    const progress = (line: string): void => {
      bench.lines.push(line);
      meanwhile ??= collect();
    };
    await createFromSettings({ ...context, progress }, { recipient: [] });
    assert.deepEqual(await meanwhile, []);
    await verify();
  });

  it('are not inside where another registry has them, which is said', async () => {
    const image = await bench.addImage([shared]);
    await create(bench.env({ DEIS_REGISTRY_URL: 'https://registry.example.com/team/deis' }));
    assert.ok(says('images of apps are not inside: the registry registry.example.com has them'));
    // As archives of before are: what they lack is said once it is restored.
    assert.equal(await format(), 1);
    await verify();
    const { registry } = await restore();
    assert.equal(await registry.image(image), undefined);
    assert.ok(says(`the store lacks the image app@${image.id}, which a build names: push that app again`));
    rmSync(registryFolder(bench.dataDir), { recursive: true });
    await create(bench.env({ DEIS_REGISTRY_HOST: 'images.example.com' }));
    assert.ok(says('images of apps are not inside: the registry of images.example.com has them'));
    await create();
    await assert.rejects(verify(), /the store lacks:\n {2}the image app@/);
  });
});
