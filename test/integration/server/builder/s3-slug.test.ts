import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { Secret } from '../../../../base/secret.js';
import { compileProgram } from '../../../../provisioner/converge/compile-program.js';
import { collectFiles } from '../../../../server/slug/collect-files.js';
import { ImageArchives } from '../../../../server/slug/image-archives.js';
import { formationDirs } from '../../../../server/slug/remove-formation-files.js';
import { SlugFiles, type SavedSlug } from '../../../../server/slug/slug-files.js';
import { BuildBench } from '../../../support/apps/build-bench.js';
import { MotoStore } from '../../../support/moto/moto-store.js';
import { ShellSandbox } from '../../../support/nodes/shell-program.js';

const run = promisify(execFile);

/** Where PyPI does not give moto, `npm test` leaves this file out and says why. */
describe('slugs in S3, by moto', function () {
  this.timeout(120_000);
  let bench: BuildBench;
  let store: MotoStore;
  before(async function () {
    this.timeout(600_000);
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    bench = await BuildBench.open();
    store = await MotoStore.start();
  });
  after(async () => {
    delete process.env['AWS_EC2_METADATA_DISABLED'];
    await store?.stop();
    await bench?.close();
  });

  const build = async (slugs: SlugFiles, name: string): Promise<SavedSlug> => {
    const builder = bench.builder({ slugs });
    const order = await bench.order(
      name,
      await bench.commit(name, { Procfile: 'web: sh web.sh\n', 'web.sh': name }),
    );
    try {
      return (await builder.build(order, () => undefined, new AbortController().signal)).slug;
    } finally {
      await builder.discard(order);
    }
  };

  it('go from a build on one host to a node, which needs no controller for them', async () => {
    const [builds, signs] = [store.host().blobs, store.host().blobs];
    const slug = await build(new SlugFiles(builds.slugs), 'app');
    assert.equal((await signs.slugs.stat(slug.path))?.size, slug.size);
    const box = new ShellSandbox();
    try {
      const source = new Secret(await signs.slugs.url(slug.path, 60));
      const { owner, group } = box;
      const fetched = {
        kind: 'remote_file' as const,
        name: box.path('slug'),
        source,
        sha256: slug.sha256,
        owner,
        group,
      };
      writeFileSync(
        box.path('program'),
        compileProgram([fetched], { generation: 1, whyRun: false }).reveal(),
      );
      const { stdout } = await run('sh', [box.path('program')], {
        env: { DEIS_STATE_DIR: box.path('state') },
      });
      assert.match(stdout, /"result":"changed"/);
      assert.ok(!stdout.includes('X-Amz-Signature'));
      const { stdout: text } = await run('tar', ['-xzOf', box.path('slug'), './web.sh']);
      assert.equal(text, 'app');
    } finally {
      box.dispose();
    }
  });

  it('bring the stack image with them, saved once for all hosts', async () => {
    const id = bench.stack.replace('sha256:', '');
    const one = new ImageArchives(store.host().blobs.images, bench.docker);
    const key = await one.keyOf(id);
    const { images } = store.host().blobs;
    const first = await images.stat(key);
    const other = new ImageArchives(images, bench.docker);
    assert.deepEqual([await other.keyOf(id), await images.stat(key)], [key, first]);
    assert.ok(first!.size > 1024 ** 2);
    const head = await fetch(await images.url(key, 60), { headers: { range: 'bytes=0-1' } });
    assert.deepEqual([...new Uint8Array(await head.arrayBuffer())], [0x1f, 0x8b]);
    await assert.rejects(other.keyOf('0'.repeat(64)), /no image/);
  });

  it('are collected by reference, with what only this host has', async () => {
    const { blobs } = store.host({ prefix: 'collected' });
    const places = formationDirs(mkdtempSync(join(tmpdir(), 'deis-collect-')));
    const slugs = new SlugFiles(blobs.slugs);
    try {
      const kept = await build(slugs, 'kept');
      const gone = await build(slugs, 'gone');
      const repository = (name: string): string => join(places.repos, `${name}.git`);
      for (const name of ['kept', 'gone']) {
        mkdirSync(repository(name), { recursive: true });
        utimesSync(repository(name), 0, 0);
      }
      const needed = () => Promise.resolve({ paths: new Set([kept.path]), formations: new Set(['kept']) });
      const early = new Date(Date.now() - 3600_000);
      assert.deepEqual(await collectFiles(places, blobs.slugs, { needed, unusedSince: early }), []);
      const late = new Date(Date.now() + 3600_000);
      const collect = () => collectFiles(places, blobs.slugs, { needed, unusedSince: late });
      const both = await Promise.all([collect(), collect()]);
      assert.deepEqual([...new Set(both.flat())], [gone.path]);
      assert.ok((await blobs.slugs.stat(kept.path)) !== undefined);
      assert.equal(await blobs.slugs.stat(gone.path), undefined);
      assert.deepEqual([existsSync(repository('kept')), existsSync(repository('gone'))], [true, false]);
      await slugs.removeOf('kept');
      assert.equal(await blobs.slugs.stat(kept.path), undefined);
    } finally {
      rmSync(join(places.repos, '..'), { recursive: true, force: true });
    }
  });

  it('leave nothing on the host when they are too large', async () => {
    const { blobs, dataDir } = store.host({ prefix: 'large' });
    const slugs = new SlugFiles(blobs.slugs);
    await assert.rejects(
      slugs.save(Readable.from([Buffer.alloc(600), Buffer.alloc(600)]), 'app', 1000),
      /larger/,
    );
    assert.deepEqual((await run('find', [dataDir, '-type', 'f'])).stdout, '');
  });
});
