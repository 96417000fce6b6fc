import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { UserError } from '../../../../../base/errors.js';
import { BuildCaches } from '../../../../../server/builder/containers/build-caches.js';
import { BuildContainers } from '../../../../../server/builder/containers/build-container.js';
import { folderSize } from '../../../../../server/git/repository/folder-size.js';
import { removeAsRoot } from '../../../../../server/builder/containers/remove-as-root.js';
import { benchOfSuite, type BuildBench } from '../../../../support/apps/build-bench.js';

const never = new AbortController().signal;
const megabyte = 1024 ** 2;

describe('what builds may write to disk', function () {
  this.timeout(60_000);
  let bench: BuildBench;

  benchOfSuite((opened) => (bench = opened));

  const limits = { memory: 512 * megabyte, cpus: null, pids: 64, disk: 20 * megabyte };
  const cacheOf = (formation: string): string => bench.cacheOf(formation);

  /** Builds with that script and discards the build; the error's message, when it failed, and what was said. */
  async function build(
    formation: string,
    script: string,
    maxCacheBytes: number,
  ): Promise<{ readonly refusal: string | undefined; readonly said: string }> {
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    const files = { Procfile: 'web: true', 'bin/compile': `#!/bin/bash\n${script}\n` };
    const order = await bench.order(formation, await bench.commit(formation, files));
    const builder = bench.builder({ limits, caches: bench.caches(maxCacheBytes) });
    const refusal = await builder.build(order, say, never).then(
      () => undefined,
      (error: unknown) => {
        assert.ok(error instanceof UserError, String(error));
        return error.message;
      },
    );
    await builder.discard(order, say);
    assert.deepEqual(await bench.containers(), []);
    return { refusal, said: said.join('\n') };
  }

  for (const [what, script] of [
    ['itself', 'head -c 60M /dev/urandom > /tmp/large; sleep 60'],
    ['its cache', 'head -c 60M /dev/urandom > /cache/large; sleep 60'],
    ['both', 'head -c 20M /dev/urandom | tee /cache/large > /tmp/large; sleep 60'],
  ] as const)
    it(`ends a build that writes too much to ${what}`, async () => {
      const { refusal } = await build('large', script, 10 * megabyte);
      assert.equal(
        refusal,
        'the build wrote too much to disk: it may use 20 MB (DEIS_BUILD_DISK) beside its cache of 10 MB ' +
          '(DEIS_BUILD_CACHE)',
      );
      assert.ok((await folderSize(cacheOf('large'))).bytes < megabyte);
    });

  it('lets a build write what it may', async () => {
    const script = 'head -c 8M /dev/urandom | tee /cache/kept > /tmp/kept; sleep 5';
    assert.equal((await build('kept', script, 10 * megabyte)).refusal, undefined);
    assert.ok(existsSync(join(cacheOf('kept'), 'kept')));
  });

  it('empties a cache that is too large when the build is over, however the script ends', async () => {
    for (const end of ['exit 0', 'exit 3', 'kill -9 1 $PPID $$']) {
      const { said } = await build('cache', `head -c 12M /dev/urandom > /cache/large; ${end}`, 10 * megabyte);
      assert.match(
        said,
        / {7}the build cache was emptied: it had 1[12] MB and may have 10 MB \(DEIS_BUILD_CACHE\)$/,
      );
      assert.ok(!existsSync(cacheOf('cache')));
    }
  });

  it('empties a cache that is too large before the next build: the setting was larger, or a sweep came', async () => {
    mkdirSync(cacheOf('older'), { recursive: true });
    writeFileSync(join(cacheOf('older'), 'large'), Buffer.alloc(11 * megabyte, 'x'));
    const { said } = await build('older', 'ls /cache | wc -l', 10 * megabyte);
    assert.match(said, /^ {7}the build cache was emptied: it had 11 MB/);
    assert.match(said, /^ {7}0$/m);
  });

  it('drops what builds of another user have left, and only that', async () => {
    const folder = join(bench.folder, 'caches', 'moved');
    for (const name of ['npm', 'u1', `u${bench.appUid}`]) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'file'), 'x');
    }
    const opened = await bench.caches(10 * megabyte).open('moved', bench.appUid);
    assert.deepEqual(opened, { folder: bench.cacheOf('moved') });
    assert.deepEqual(readdirSync(folder), [`u${bench.appUid}`]);
    assert.deepEqual(readdirSync(bench.cacheOf('moved')), ['file']);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const other = await bench.caches(10 * megabyte).open('moved', 4000);
    assert.deepEqual(readdirSync(other.folder!), []);
    assert.deepEqual(readdirSync(folder), ['u4000']);
  });

  it('removes what a controller that is not root may not, and nothing beside it', async () => {
    const folder = join(bench.folder, 'shut-caches');
    const path = join(folder, 'shut');
    for (const name of ['shut', 'other']) {
      mkdirSync(join(folder, name, 'within'), { recursive: true });
      writeFileSync(join(folder, name, 'within', 'file'), 'x');
      await execa('chown', ['-R', '1000:1000', join(folder, name)]);
      await execa('chmod', ['-R', '0700', join(folder, name)]);
    }
    await removeAsRoot(bench.docker, 'deis/stack:bookworm', { 'deis.instance': bench.instance }, path);
    assert.deepEqual(readdirSync(folder), ['other']);
    assert.deepEqual(await bench.containers(), []);
  });

  it('asks for root where a controller is not, and the cache holds what it may not look into', async () => {
    const folder = join(bench.folder, 'unreadable');
    mkdirSync(join(folder, 'app', 'shut'), { recursive: true });
    writeFileSync(join(folder, 'app', 'shut', 'file'), 'x');
    await execa('chmod', ['-R', '0777', folder]);
    await execa('chmod', ['0711', bench.folder]);
    await execa('chmod', ['0700', join(folder, 'app', 'shut')]);
    const script = `
      import { BuildCaches } from './server/builder/containers/build-caches.ts';
      const asked = [];
      const removeAsRoot = async (path) => void asked.push(path);
      const options = { maxBytes: 2 ** 30, setting: 'DEIS_BUILD_CACHE', removeAsRoot };
      const caches = new BuildCaches({ folder: ${JSON.stringify(folder)}, ...options });
      const emptied = await caches.trim('app');
      console.log(JSON.stringify({ emptied, asked }));`;
    const asNobody = { uid: 65534, gid: 65534, env: { HOME: '/nonexistent' } };
    const { stdout } = await execa(
      'node',
      ['--import', 'tsx', '--input-type=module', '-e', script],
      asNobody,
    );
    assert.deepEqual(JSON.parse(stdout), {
      emptied: 'the build cache was emptied: it had folders that the controller may not look into',
      asked: [join(folder, 'app')],
    });
  });

  it('asks the engine to keep to the limit where it can, and does without where it cannot', async () => {
    const sizes: (string | undefined)[] = [];
    const shares = new Set<number | undefined>();
    const engine = (refusal: string | undefined): Docker =>
      Object.assign(Object.create(bench.docker) as Docker, {
        createContainer: ({ HostConfig }: Docker.ContainerCreateOptions) => {
          const { size } = HostConfig?.StorageOpt ?? {};
          sizes.push(size);
          shares.add(HostConfig?.CpuShares);
          return size !== undefined && refusal !== undefined
            ? Promise.reject(new Error(refusal))
            : Promise.resolve({});
        },
      });
    const spec = {
      operationId: 'x',
      formation: 'x',
      imageId: 'x',
      imageReference: 'x',
      command: [],
      env: {},
      binds: [],
      network: 'none',
      note: '',
    };
    const own = new BuildContainers(engine(undefined), bench.instance, limits);
    await own.create(spec);
    const cannot = new BuildContainers(
      engine(
        "(HTTP code 500) --storage-opt is supported only for overlay over xfs with 'pquota' mount option",
      ),
      bench.instance,
      limits,
    );
    await cannot.create(spec);
    await cannot.create(spec);
    assert.deepEqual(sizes, ['20971520', '20971520', undefined, undefined]);
    assert.deepEqual([...shares], [256], 'where others want the processor, a build gives way');
    const broken = new BuildContainers(engine('no such image'), bench.instance, limits);
    await assert.rejects(broken.create(spec), /no such image/);
  });
});

describe('BuildCaches', () => {
  it('gives no cache where none can be made, or an old one cannot be emptied', async () => {
    const asked: string[] = [];
    // Nothing can be made or removed below a file, not even by root.
    const folder = '/etc/hostname';
    const removeAsRoot = (path: string): Promise<void> => {
      asked.push(path);
      return Promise.reject(new Error('no engine'));
    };
    const caches = new BuildCaches({ folder, maxBytes: 1, setting: 'DEIS_BUILD_CACHE', removeAsRoot });
    assert.deepEqual(await caches.open('app', 32_767), {});
    assert.ok(asked.length > 0);
    assert.equal(await caches.size('app'), 0);
    await assert.rejects(caches.trim('app'), /no engine/);
  });
});
