import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { UserError } from '../../../../base/errors.js';
import { BuildFailure } from '../../../../server/builder/failure/build-failure.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { BuildContainers } from '../../../../server/builder/containers/build-container.js';
import type { BuiltSlug } from '../../../../server/builder/build-slug.js';
import { DiskWatermark } from '../../../../server/builder/containers/disk-watermark.js';
import { benchOfSuite, type BuildBench } from '../../../support/apps/build-bench.js';
import { commitTreeOfCopies } from '../../../support/apps/tree-of-copies.js';
import { projectRoot } from '../../../support/source/source-imports.js';

const never = new AbortController().signal;
const silent = (): void => undefined;

describe('building slugs in containers', function () {
  this.timeout(60_000);
  let bench: BuildBench;

  benchOfSuite((opened) => (bench = opened));

  /**
   * Runs an app's command in the stack image as a node does: slug read-only at /app. Resolves with its
   * output.
   */
  async function run(
    slugFolder: string,
    command: string,
    env: string[] = [],
    runtimes: BuiltSlug['runtimes'] = [],
  ): Promise<string> {
    const mount = async ({ path, mount }: BuiltSlug['runtimes'][number]): Promise<string[]> => [
      '-v',
      `${await bench.unpack(path)}:/app/${mount}:ro`,
    ];
    const mounts = ['-v', `${slugFolder}:/app:ro`, ...(await Promise.all(runtimes.map(mount))).flat()];
    const { stdout } = await execa(
      'docker',
      [
        'run',
        '--rm',
        '--label',
        `deis.instance=${bench.instance}`,
        '--read-only',
        '--tmpfs',
        '/tmp',
        '--user',
        'app',
        '--env',
        'HOME=/app',
        ...env.flatMap((each) => ['--env', each]),
        ...mounts,
        'deis/stack:bookworm',
        'start',
        '--',
        command,
      ],
      { stderr: 'inherit' },
    );
    return stdout;
  }

  it('builds the Node.js example, which then answers', async () => {
    const lines: string[] = [];
    const builder = bench.builder();
    const order = await bench.order('node-hello', await bench.example('node-hello'));
    const { slug, image, runtimes } = await builder.build(order, (line) => lines.push(line), never);
    const output = lines.join('\n');
    assert.match(output, /^-----> Installing Node\.js 22\.\d+\.\d+ and npm 10\./m);
    assert.match(output, /^-----> Installing packages \(npm ci\)\n {7}added 1 package/m);
    assert.match(image, /^deis\/stack:bookworm@sha256:[0-9a-f]{64}$/);
    assert.equal(statSync(join(bench.slugFolder, slug.path)).size, slug.size);
    const { stdout } = await execa('sha256sum', [join(bench.slugFolder, slug.path)]);
    assert.ok(stdout.startsWith(slug.sha256));
    assert.ok(slug.size < 100_000, `the slug has ${slug.size} bytes: is the runtime within?`);
    const folder = await bench.unpack(slug.path);
    const ask = `node server.js & until curl -s localhost:$PORT; do sleep 0.1; done; kill %1`;
    assert.match(
      await run(
        folder,
        ask,
        ['PORT=5001', 'DEIS_RELEASE=v7', 'DEIS_CONTAINER=web.2', 'POWERED_BY=a=b "c"'],
        runtimes,
      ),
      /Hello from Deis, release v7, container web\.2[^]*Powered by a=b "c"/,
    );
    assert.match(
      await run(
        folder,
        'npm start & until curl -s localhost:$PORT; do sleep 0.1; done',
        ['PORT=5001'],
        runtimes,
      ),
      /Hello from Deis/,
    );
    await builder.discard(order);
    assert.deepEqual(await bench.containers(), []);
  });

  describe('with unchanged dependencies', () => {
    const unchanged = '-----> Dependencies unchanged: taken from the cache';
    const build = async (source: Awaited<ReturnType<BuildBench['commit']>>, options = {}) => {
      const lines: string[] = [];
      const order = await bench.order('twice', source);
      const builder = bench.builder(options);
      const built = await builder.build(order, (line) => lines.push(line), never);
      await builder.discard(order);
      return { ...built, lines, isUnchanged: lines.includes(unchanged) };
    };
    const example = async (more: Record<string, string> = {}) => {
      const folder = join(projectRoot, 'examples', 'node-hello');
      const files = readdirSync(folder).map(
        (name) => [name, readFileSync(join(folder, name), 'utf8')] as const,
      );
      return bench.commit('twice', { ...Object.fromEntries(files), ...more });
    };
    const installed = (lines: readonly string[]): boolean =>
      lines.includes('-----> Installing packages (npm ci)');
    const offline = { network: { name: 'none', ensure: () => Promise.resolve('none') } };

    it('runs no npm, and gives the same bytes; with changed ones it installs again', async () => {
      const first = await build(await example());
      assert.deepEqual([first.isUnchanged, installed(first.lines)], [false, true]);
      assert.ok(readdirSync(join(bench.cacheOf('twice'), 'npm')).includes('_cacache'));
      const second = await build(await example(), offline);
      assert.deepEqual([second.isUnchanged, installed(second.lines)], [true, false]);
      assert.doesNotMatch(second.lines.join('\n'), /added \d|npm ci/);
      assert.equal(second.slug.sha256, first.slug.sha256);
      const third = await build(await example({ 'greeting.txt': 'another\n' }), offline);
      assert.equal(third.isUnchanged, true);
      const folder = await bench.unpack(third.slug.path);
      assert.equal(readFileSync(join(folder, 'greeting.txt'), 'utf8'), 'another\n');
      assert.ok(existsSync(join(folder, 'node_modules', 'picocolors', 'package.json')));
      const lock = readFileSync(join(projectRoot, 'examples/node-hello/package-lock.json'), 'utf8');
      const changed = await build(await example({ 'package-lock.json': `${lock}\n` }));
      assert.deepEqual([changed.isUnchanged, installed(changed.lines)], [false, true]);
    });

    it('leaves out development packages after a script that builds with them, and sees what that changes', async () => {
      const scripts = { start: 'node .', build: 'test -d node_modules/picocolors && cat mode >built.txt' };
      const manifest = { name: 'a', version: '1.0.0', scripts, devDependencies: { picocolors: '1.1.1' } };
      const locked = JSON.parse(
        readFileSync(join(projectRoot, 'examples/node-hello/package-lock.json'), 'utf8'),
      ) as { packages: Record<string, object> };
      const entry = { ...locked.packages['node_modules/picocolors'], dev: true };
      const lock = {
        ...{ name: 'a', version: '1.0.0', lockfileVersion: 3, requires: true },
        packages: {
          '': { name: 'a', version: '1.0.0', devDependencies: manifest.devDependencies },
          'node_modules/picocolors': entry,
        },
      };
      const source = (mode: string, script = scripts.build) =>
        bench.commit('twice', {
          'package.json': JSON.stringify({ ...manifest, scripts: { ...scripts, build: script } }),
          'package-lock.json': JSON.stringify(lock),
          mode,
        });
      const first = await build(await source('one'));
      const second = await build(await source('two'), offline);
      assert.deepEqual([first.isUnchanged, second.isUnchanged], [false, true]);
      assert.ok(second.lines.includes('-----> Removing development packages (from the cache)'));
      const folder = await bench.unpack(second.slug.path);
      assert.equal(readFileSync(join(folder, 'built.txt'), 'utf8'), 'two');
      assert.ok(!existsSync(join(folder, 'node_modules', 'picocolors')));
      assert.equal((await build(await source('one'), offline)).slug.sha256, first.slug.sha256);
      const writes = 'mkdir -p node_modules/.cache && cp mode node_modules/.cache/mode';
      const third = await build(await source('three', writes));
      assert.ok(third.lines.includes('-----> Removing development packages'), third.lines.join('\n'));
      const own = await bench.unpack(third.slug.path);
      assert.equal(readFileSync(join(own, 'node_modules/.cache/mode'), 'utf8'), 'three');
      assert.ok(!existsSync(join(own, 'node_modules', 'picocolors')));
    });

    it('lets a buildpack that comes after find them', async () => {
      const after = {
        '.buildpacks': 'nodejs\n./mine\n',
        'mine/bin/detect': '#!/bin/sh\necho mine\n',
        'mine/bin/compile': '#!/bin/sh\nls "$1/node_modules" >"$1/seen.txt"\n',
      };
      for (const isUnchanged of [false, true]) {
        const built = await build(await example(after));
        assert.equal(built.isUnchanged, isUnchanged);
        const folder = await bench.unpack(built.slug.path);
        assert.equal(readFileSync(join(folder, 'seen.txt'), 'utf8'), 'picocolors\n');
      }
    });

    it('builds in spite of a broken cache', async () => {
      const cache = bench.cacheOf('twice');
      await build(await example());
      const layer = join(cache, 'layers', 'node_modules.tgz');
      const bytes = readFileSync(layer);
      bytes[bytes.length - 20]! ^= 1;
      writeFileSync(layer, bytes);
      for (const name of readdirSync(join(cache, 'npm', '_cacache', 'content-v2', 'sha512'))) {
        rmSync(join(cache, 'npm', '_cacache', 'content-v2', 'sha512', name), { recursive: true });
        writeFileSync(join(cache, 'npm', '_cacache', 'content-v2', 'sha512', name), 'no folder');
      }
      const anew = await build(await example());
      assert.deepEqual([anew.isUnchanged, installed(anew.lines)], [false, true]);
      rmSync(cache, { recursive: true });
      writeFileSync(cache, 'no folder either');
      await build(await example());
      rmSync(cache, { recursive: true });
      mkdirSync(cache, { recursive: true });
      for (const name of ['npm', 'layers']) writeFileSync(join(cache, name), 'nor this');
      assert.equal((await build(await example())).isUnchanged, false);
      assert.equal((await build(await example())).isUnchanged, true);
    });
  });

  it('honours engines.node, builds with development packages, and leaves those out of the slug', async () => {
    const manifest = {
      engines: { node: '20.x' },
      scripts: {
        start: 'node .',
        build:
          'node -p "process.version + process.env.NODE_ENV" > built.txt && test -d node_modules/picocolors',
      },
      devDependencies: { picocolors: '1.1.1' },
    };
    const source = await bench.commit('engines', {
      'package.json': JSON.stringify(manifest),
      '.slugignore': '*.secret\ndocs/\n',
      'a.secret': 'x',
      'docs/b.md': 'x',
      'c.md': 'kept',
    });
    const { slug } = await bench.builder().build(await bench.order('engines', source), silent, never);
    const folder = await bench.unpack(slug.path);
    assert.match(readFileSync(join(folder, 'built.txt'), 'utf8'), /^v20\..*production$/m);
    assert.deepEqual(
      [
        existsSync(join(folder, 'node_modules', 'picocolors')),
        existsSync(join(folder, 'a.secret')),
        existsSync(join(folder, 'docs')),
        existsSync(join(folder, 'c.md')),
      ],
      [false, false, false, true],
    );
  });

  it('gives the build the config, any value as it is, and shows it in no command line', async () => {
    const value = `a=b "c" 'd' $HOME\nsecond line ü`;
    const source = await bench.commit('config', {
      Procfile: 'web: true',
      'bin/compile':
        '#!/bin/sh\nprintf %s "$TRICKY" > tricky.txt; cat /proc/[0-9]*/cmdline | tr "\\0" " " > ' +
        'commands.txt; id -u; grep NoNewPrivs /proc/self/status\n',
    });
    const lines: string[] = [];
    const order = await bench.order('config', source, {
      TRICKY: value,
      PATH: '/nonexistent',
      BASH_ENV: '/nonexistent',
    });
    const { slug } = await bench.builder().build(order, (line) => lines.push(line), never);
    const folder = await bench.unpack(slug.path);
    assert.equal(readFileSync(join(folder, 'tricky.txt'), 'utf8'), value);
    assert.ok(!readFileSync(join(folder, 'commands.txt'), 'utf8').includes('second line'));
    assert.ok(lines.includes(`       ${bench.appUid}`), lines.join('\n'));
    assert.ok(lines.some((line) => /NoNewPrivs:\s+1/.test(line)));
  });

  it('builds the static example, which serves files, types, errors and nothing of its own', async () => {
    const { slug, runtimes } = await bench
      .builder()
      .build(await bench.order('static-site', await bench.example('static-site')), silent, never);
    const folder = await bench.unpack(slug.path);
    const paths = [
      '/',
      '/style.css',
      '/nothing',
      '/404',
      '/Procfile',
      '/static.json',
      '/.deis/static-server.mjs',
      '/..%2f..%2fetc/passwd',
      '/%00',
    ];
    const answerOf = "curl -s --path-as-is -o /tmp/body -w '%{http_code} %{content_type}\\n'";
    const untilItAnswers = 'until curl -so /dev/null localhost:$PORT; do sleep 0.1; done';
    const ask = [
      `node .deis/static-server.mjs >/dev/null & ${untilItAnswers}`,
      ...paths.map((path) => `${answerOf} 'localhost:5001${path}'`),
      'curl -s -r 0-8 localhost:5001/',
    ].join('; ');
    const answers = (await run(folder, ask, ['PORT=5001'], runtimes)).split('\n');
    assert.deepEqual(answers, [
      '200 text/html; charset=utf-8',
      '200 text/css; charset=utf-8',
      '404 text/html; charset=utf-8',
      '200 text/html; charset=utf-8',
      ...Array.from({ length: 5 }, () => '404 text/html; charset=utf-8'),
      '<!doctype',
    ]);
  });

  it('takes the worker example as it is', async () => {
    const { slug } = await bench
      .builder()
      .build(await bench.order('procfile-worker', await bench.example('procfile-worker')), silent, never);
    const folder = await bench.unpack(slug.path);
    assert.deepEqual(readdirSync(folder).sort(), ['Procfile', 'worker.sh']);
    assert.ok(slug.size < 2000);
    assert.match(
      await run(folder, 'timeout -s TERM 1 ./worker.sh || true', ['DEIS_RELEASE=v3']),
      /tick 1 of nobody, release v3/,
    );
  });

  const failing = async (
    files: Record<string, string>,
    message: RegExp,
    options: Parameters<BuildBench['builder']>[0] = {},
  ): Promise<string> => {
    const lines: string[] = [];
    const builder = bench.builder(options);
    const order = await bench.order('failing', await bench.commit('failing', files));
    await assert.rejects(
      builder.build(order, (line) => lines.push(line), never),
      (error) => error instanceof UserError && message.test(error.message),
    );
    await builder.discard(order);
    assert.deepEqual(await bench.containers(), []);
    return lines.join('\n');
  };
  /** What is kept of a build that fails. */
  const failureOf = async (
    files: Record<string, string>,
    config: Record<string, string> = {},
    options: Parameters<BuildBench['builder']>[0] = {},
  ): Promise<{ failure: BuildFailure; lines: string[] }> => {
    const lines: string[] = [];
    const builder = bench.builder(options);
    const order = await bench.order('failing', await bench.commit('failing', files), config);
    const failure = await builder
      .build(order, (line) => lines.push(line), never)
      .then(
        () => assert.fail('it was built'),
        (error: unknown) => error,
      );
    await builder.discard(order);
    assert.ok(failure instanceof BuildFailure, String(failure));
    return { failure, lines };
  };
  const compile = (script: string): Record<string, string> => ({
    Procfile: 'web: true',
    'bin/compile': `#!/bin/bash\n${script}\n`,
  });

  it('fails as the build fails, its output shown', async () => {
    assert.match(
      await failing(compile('echo no such cake >&2; exit 3'), /failed \(exit code 1\)/),
      /^ {7}no such cake\n !     bin\/compile failed$/m,
    );
  });

  it('says at which step it failed, how, its last lines and what to do', async () => {
    const script =
      'seq 30; echo "curl: (6) Could not resolve host: files.example.com"; echo "$KEY" | rev | rev; exit 6';
    const { failure } = await failureOf(compile(script), { KEY: 'hunter2-secret' });
    assert.equal(failure.message, 'the build failed: bin/compile of procfile failed (exit code 1)');
    const { step, exit_code: code, lines, advice } = failure.details;
    assert.deepEqual([step, code, lines.length], ['bin/compile of procfile', 1, 20]);
    assert.deepEqual(
      lines.slice(-4).map((line) => line.trim()),
      ['30', 'curl: (6) Could not resolve host: files.example.com', '[masked]', '!     bin/compile failed'],
    );
    assert.match(advice, /^Builds cannot look up files\.example\.com: /);
  });

  it('says the step of a build that ran out of time or whose detect says no', async () => {
    const late = await failureOf(compile('echo begun; sleep 60'), {}, { buildSeconds: 2 });
    assert.equal(late.failure.details.step, 'bin/compile of procfile');
    assert.equal(late.failure.details.exit_code, null);
    assert.match(late.failure.details.advice, /waits for an answer/);
    const refused = await failureOf({
      '.buildpacks': './mine',
      Procfile: 'web: true',
      'mine/bin/detect': '#!/bin/sh\nexit 1\n',
      'mine/bin/compile': '#!/bin/sh\n',
    });
    assert.equal(refused.failure.details.step, 'bin/detect of mine');
  });

  it('shows the end of an output that was too long to be shown', async () => {
    const { failure, lines } = await failureOf(compile('seq 20100; exit 3'));
    const at = lines.indexOf('-----> The last lines of the build');
    assert.deepEqual(lines.slice(at + 1), failure.details.lines);
    assert.deepEqual(lines.slice(-2), ['       20100', ' !     bin/compile failed']);
  });

  it('shows no value of the config when it fails and prints its environment', async () => {
    const config = { SECRET: 'hunter2-secret', KEY: 'line one of it\nline two of it', SHORT: 'abcdef' };
    const script = 'env; echo "$KEY"; printf hunter2; sleep 0.2; echo -secret; exit 3';
    const source = await bench.commit('telling', compile(script));
    const lines: string[] = [];
    const builder = bench.builder();
    const order = await bench.order('telling', source, config);
    await assert.rejects(
      builder.build(order, (line) => lines.push(line.trim()), never),
      /failed \(exit code 1\)/,
    );
    await builder.discard(order);
    for (const line of [
      'SECRET=[masked]',
      'KEY=[masked]',
      '[masked]',
      'SHORT=abcdef',
      'DEIS_FORMATION=telling',
    ])
      assert.ok(lines.includes(line), `${line} in ${lines.join('\n')}`);
    assert.doesNotMatch(lines.join('\n'), /hunter2|-secret|of it/);
  });

  it('leaves a cache that the controller can remove, whoever it runs as, also when it fails', async () => {
    await failing(
      compile(
        'mkdir -p /cache/mine/deep; touch /cache/mine/deep/file; chmod 700 /cache/mine ' +
          '/cache/mine/deep; exit 1',
      ),
      /failed/,
    );
    const cache = join(bench.cacheOf('failing'), 'mine');
    assert.deepEqual(
      [cache, join(cache, 'deep')].map((path) => statSync(path).mode & 0o777),
      [0o777, 0o777],
    );
  });

  for (const [what, script, maxMegabytes] of [
    ['8 MB', "for n in $(seq 2200); do printf '%03900d\\n' $n; done; exit 3", 8.1],
    ['20,000 lines', 'seq 20100; exit 3', 1],
  ] as const)
    it(`shows ${what} of its output, then that there is more, and goes on to its end`, async () => {
      const output = await failing(compile(script), /failed \(exit code 1\)/);
      const size = Buffer.byteLength(output) / 1024 ** 2;
      assert.ok(size < maxMegabytes, `${size} MB`);
      assert.match(
        output,
        /\n {7}\(more than 8 MB or 20000 lines: the rest is not shown, the build goes on\)\n-----> The last lines/,
      );
    });

  it('shows the beginning of a line that does not end', async () => {
    const script = 'head -c 30000000 /dev/zero | tr "\\0" x >/proc/1/fd/1; exit 3';
    const output = await failing(compile(script), /failed \(exit code 1\)/);
    assert.match(output, /x{3000}/);
    assert.ok(output.length < 50_000, `${output.length} characters`);
  });

  it('says so when package.json and its lock do not agree', async () => {
    const output = await failing(
      {
        'package.json': '{"scripts":{"start":"x"},"dependencies":{"picocolors":"1"}}',
        'package-lock.json': '{"lockfileVersion":3,"packages":{}}',
      },
      /failed/,
    );
    assert.match(output, / !     npm ci failed\./);
  });

  it('says that memory ran out', async () => {
    await failing(
      compile('x=y; while :; do x="$x$x"; done'),
      /ran out of memory: it may use 64 MB \(DEIS_BUILD_MEMORY\)/,
      { limits: { memory: 64 * 1024 ** 2, cpus: 1, pids: 64, disk: 4 * 1024 ** 3 } },
    );
  });

  it('ends a build that takes too long', async () => {
    await failing(compile('echo begun; sleep 60'), /was not done within 2 s \(DEIS_BUILD_SECONDS\)/, {
      buildSeconds: 2,
    });
  });

  it('survives a fork bomb', async () => {
    await failing(compile('for n in $(seq 200); do sleep 30 & done; wait'), /failed|not done/, {
      limits: { memory: 512 * 1024 ** 2, cpus: 1, pids: 32, disk: 4 * 1024 ** 3 },
      buildSeconds: 5,
    });
  });

  it('refuses a slug that is too large', async () => {
    await failing(compile('head -c 3000000 /dev/urandom > big'), /larger than 2 MB: .*\.slugignore/, {
      maxSlugBytes: 2 * 1024 ** 2,
    });
    assert.deepEqual(
      readdirSync(bench.slugFolder).filter((name) => name.startsWith('.incoming')),
      [],
    );
  });

  it('does not take a folder for a slug', async () => {
    await failing(compile('mkdir -p /tmp/slug.tgz/x'), /failed \(exit code 1\)/);
  });

  it('builds nothing while the disk is nearly full, and stops when it becomes so', async () => {
    await failing(compile('true'), /disk is nearly full: .* Ask its operator/, {
      disk: new DiskWatermark([bench.folder], 2 ** 60),
    });
    let asked = 0;
    const filling = Object.assign(new DiskWatermark([], 0), {
      refusal: () => Promise.resolve((asked += 1) > 1 ? 'the disk is nearly full now' : undefined),
    });
    await failing(compile('sleep 60'), /nearly full now/, { disk: filling });
  });

  it('builds an app whose package.json and Procfile are links', async () => {
    const source = await bench.commit('linked', {
      'app/package.json': '{"scripts":{"build":"node -p 1+1 > built.txt"}}',
      'app/Procfile': 'web: node server.js\n',
      'server.js': '',
      'package.json': '-> app/package.json',
      Procfile: '-> ./app/Procfile',
    });
    const order = await bench.order('linked', source);
    assert.deepEqual(order.plan.processes, { web: 'node server.js' });
    const { slug } = await bench.builder().build(order, silent, never);
    const folder = await bench.unpack(slug.path);
    assert.equal(readFileSync(join(folder, 'built.txt'), 'utf8'), '2\n');
    assert.equal(readFileSync(join(folder, 'Procfile'), 'utf8'), 'web: node server.js\n');
  });

  describe('of a small commit with large files', () => {
    const copies = async (): Promise<Awaited<ReturnType<BuildBench['order']>>> => {
      const repository = await bench.repositories.open('copies');
      const commit = await commitTreeOfCopies(repository, bench.folder, {
        bytes: 1024 ** 2,
        width: 6,
        levels: 3,
      });
      return bench.order('copies', { repository, commit });
    };
    const written = (order: { operationId: string }): string =>
      join(bench.folder, 'work', `${order.operationId}.tar`);

    it('refuses more than it may be, before a container is made', async () => {
      const order = await copies();
      await assert.rejects(
        bench.builder({ maxSourceBytes: 100 * 1024 ** 2 }).build(order, silent, never),
        (error) => error instanceof UserError && /more than 100 MB .*DEIS_BUILD_SOURCE/.test(error.message),
      );
      assert.deepEqual(await bench.containers(), []);
      assert.equal(existsSync(written(order)), false);
    });

    it('stops at once when it is cancelled while the files are packed, and starts no container', async () => {
      const order = await copies();
      const cancel = new AbortController();
      const work = bench.builder().build(order, silent, cancel.signal);
      work.catch(() => undefined);
      await waitUntil(() => Promise.resolve(existsSync(written(order)) ? true : undefined), {
        deadlineMs: 20_000,
        intervalMs: 1,
        what: 'the files to be packed',
      });
      cancel.abort(new Error('cancelled'));
      await assert.rejects(work, /^Error: cancelled$/);
      assert.equal(existsSync(written(order)), false);
      for (const id of await bench.containers())
        assert.equal((await bench.docker.getContainer(id).inspect()).State.Status, 'created');
    });
  });

  it('carries on with the container of a controller that went away, running or ended', async () => {
    const source = await bench.commit('adopted', compile('echo first half; sleep 2; echo second half'));
    const order = await bench.order('adopted', source);
    const killed = new AbortController();
    const first = bench
      .builder()
      .build(
        order,
        (line) => line.includes('first half') && killed.abort(new Error('killed')),
        killed.signal,
      );
    await assert.rejects(first, /killed/);
    const [id] = await bench.containers();
    for (const state of ['running', 'exited']) {
      assert.equal((await bench.docker.getContainer(id!).inspect()).State.Status, state);
      const lines: string[] = [];
      const { slug } = await bench.builder().build(order, (line) => lines.push(line), never);
      assert.ok(existsSync(join(bench.slugFolder, slug.path)));
      assert.deepEqual(
        lines.filter((line) => /half/.test(line)),
        ['       first half', '       second half'],
      );
      assert.deepEqual(await bench.containers(), [id]);
    }
  });

  it('masks what a container knows that it carries on with, and what is set meanwhile', async () => {
    const source = await bench.commit(
      'changed',
      compile('echo "first $SECRET"; sleep 1; echo "second $SECRET new-hunter3"'),
    );
    const order = await bench.order('changed', source, { SECRET: 'old-hunter2' });
    const killed = new AbortController();
    const [before, after]: [string[], string[]] = [[], []];
    const first = bench
      .builder()
      .build(
        order,
        (line) => before.push(line) > 0 && line.includes('first') && killed.abort(new Error('killed')),
        killed.signal,
      );
    await assert.rejects(first, /killed/);
    await bench
      .builder()
      .build({ ...order, config: { SECRET: 'new-hunter3' } }, (line) => after.push(line), never);
    assert.ok(before.includes('       first [masked]'), before.join('\n'));
    assert.deepEqual(
      after.filter((line) => /first|second/.test(line)),
      ['       first [masked]', '       second [masked] [masked]'],
    );
  });

  it('starts anew where a controller went away before the container had begun', async () => {
    const source = await bench.commit('created', { Procfile: 'web: true' });
    const order = await bench.order('created', source);
    const docker: Docker = bench.docker;
    const made = await new BuildContainers(docker, bench.instance, {
      memory: 64 * 1024 ** 2,
      cpus: null,
      pids: 10,
      disk: 4 * 1024 ** 3,
    }).create({
      operationId: order.operationId,
      formation: 'created',
      imageId: 'deis/stack:bookworm',
      imageReference: 'x',
      command: ['false'],
      env: {},
      binds: [],
      network: 'none',
      note: '',
    });
    await bench.builder().build(order, silent, never);
    assert.ok(!(await bench.containers()).includes(made.id));
  });

  it('sweeps what belongs to no unfinished operation, and no other instance', async () => {
    const containers = new BuildContainers(bench.docker, bench.instance, {
      memory: 64 * 1024 ** 2,
      cpus: null,
      pids: 10,
      disk: 4 * 1024 ** 3,
    });
    const make = (operationId: string): Promise<Docker.Container> =>
      containers.create({
        operationId,
        formation: 'x',
        imageId: 'deis/stack:bookworm',
        imageReference: 'x',
        command: ['true'],
        env: {},
        binds: [],
        network: 'none',
        note: '',
      });
    const [kept] = [await make('kept'), await make('dead')];
    await new BuildContainers(bench.docker, 'ffffffff', {
      memory: 1,
      cpus: null,
      pids: 1,
      disk: 4 * 1024 ** 3,
    }).removeAllBut(() => Promise.resolve([]));
    assert.equal((await bench.containers()).length, 2);
    await containers.removeAllBut(() => Promise.resolve(['kept']));
    assert.deepEqual(await bench.containers(), [kept!.id]);
  });
});
