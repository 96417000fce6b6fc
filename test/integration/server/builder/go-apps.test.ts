import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../../base/errors.js';
import type { ToolchainSources } from '../../../../server/builder/toolchains/toolchain.js';
import {
  buildApp,
  offline,
  runApp,
  type Built,
  type BuildOptions,
  type Source,
} from '../../../support/apps/app-builds.js';
import { BuildBench } from '../../../support/apps/build-bench.js';
import { itOnline, whyUnreachable } from '../../../support/online.js';

const proxy = 'https://proxy.golang.org/golang.org/toolchain/@v/list';
const program = (text: string): string =>
  `package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("${text}") }\n`;

describe('Go apps', function () {
  this.timeout(240_000);
  let bench: BuildBench;
  let unreachable: string | undefined;
  /** Of the proxy, else the host's own. */
  let toolchains: ToolchainSources;

  before(async function () {
    this.timeout(600_000);
    bench = await BuildBench.open();
    unreachable = await whyUnreachable(proxy);
    toolchains = unreachable === undefined ? { go: bench.go } : await ofHost();
  });
  after(() => bench.close());

  async function ofHost(): Promise<ToolchainSources> {
    const { stdout: folder } = await execa('go', ['env', 'GOROOT']);
    const version = (await execa('go', ['env', 'GOVERSION'])).stdout.replace('go', '');
    const toolchain = { name: 'go', version, title: `Go ${version}`, folder };
    return { go: { ensure: () => Promise.resolve(toolchain) } };
  }

  const online = (title: string, test: () => Promise<void>): void => itOnline(() => unreachable, title, test);

  const build = (source: Source, options: BuildOptions = {}): Promise<Built> =>
    buildApp(bench, 'golang', source, { toolchains, ...options });
  const run = (folder: string, command: string): Promise<string> =>
    runApp(bench, folder, command, ['--env', 'DEIS_RELEASE=v3']);
  const files = (more: Record<string, string>): Promise<Source> =>
    bench.commit('golang', { 'go.mod': 'module example.com/app\n\ngo 1.24\n', ...more });

  online('answer, and are built the second time from the cache, to the same bytes', async () => {
    const source = await bench.example('go-hello');
    const first = await build(source);
    assert.match(first.output, /-----> Downloading Go 1\.24\.\d+, once for all apps/);
    assert.match(first.output, /In bin\/: hello/);
    assert.deepEqual(first.processes, { web: 'bin/hello' });
    assert.deepEqual(first.runtimes, []);
    const serve =
      'bin/hello 2>/tmp/log & for n in $(seq 100); do ' +
      'curl -sf localhost:5001/ && exit; sleep 0.1; done; cat /tmp/log';
    assert.equal(await run(first.folder, serve), 'Hello from Go, release v3');
    const again = await build(source, offline);
    assert.match(again.output, /Dependencies unchanged: taken from the cache/);
    assert.equal(again.slug.sha256, first.slug.sha256);
  });

  it('link again what is made of other files, and what the cache has spoilt', async () => {
    const of = (word: string): Promise<Source> => files({ 'main.go': program(word) });
    const builds: Built[] = [];
    for (const word of ['one', 'two', 'two', 'one']) {
      builds.push(await build(await of(word), offline));
      assert.equal(await run(builds.at(-1)!.folder, 'bin/app'), word);
    }
    const kept = join(bench.cacheOf('golang'), 'go-programs', 'app');
    const bytes = readFileSync(kept);
    bytes.fill(0, Math.floor(bytes.length / 2));
    writeFileSync(kept, bytes);
    const after = await build(await of('one'), offline);
    assert.equal(await run(after.folder, 'bin/app'), 'one');
    const sums = [...builds, after].map(({ slug }) => slug.sha256);
    assert.deepEqual([sums[2], sums[3], sums[4]], [sums[1], sums[0], sums[0]]);
  });

  it('with a vendor folder are built without a network', async () => {
    const source = await files({
      'main.go':
        'package main\n\nimport (\n\t"fmt"\n\t"example.org/greet"\n)\n\nfunc main() { fmt.Println(greet.Word) }\n',
      'go.mod': 'module example.com/app\n\ngo 1.24\n\nrequire example.org/greet v1.0.0\n',
      'vendor/modules.txt': '# example.org/greet v1.0.0\n## explicit; go 1.24\nexample.org/greet\n',
      'vendor/example.org/greet/greet.go': 'package greet\n\nconst Word = "vendored"\n',
    });
    const { folder, output } = await build(source, offline);
    assert.match(output, /vendor\/ is used: nothing is downloaded/);
    assert.equal(await run(folder, 'bin/app'), 'vendored');
  });

  it('of several programs have them all, server is web, and the config or go.mod says which', async () => {
    const source = await files({
      'cmd/server/main.go': program('server'),
      'cmd/worker/main.go': program('worker'),
      'internal/lib.go': 'package internal\n',
    });
    const all = await build(source, offline);
    assert.deepEqual(all.processes, { web: 'bin/server' });
    assert.equal(await run(all.folder, 'bin/server; bin/worker'), 'server\nworker');
    const config = { GO_INSTALL_PACKAGE_SPEC: './cmd/worker' };
    const one = await build(source, { ...offline, config });
    assert.deepEqual(one.processes, { web: 'bin/worker' });
    await assert.rejects(run(one.folder, 'test -e bin/server'));
    const named = await files({
      'go.mod': 'module example.com/app\n// +heroku install ./cmd/worker\ngo 1.24\n',
      'cmd/server/main.go': program('server'),
      'cmd/worker/main.go': program('worker'),
    });
    assert.deepEqual((await build(named, offline)).processes, { web: 'bin/worker' });
  });

  for (const [what, more, said] of [
    ['no program', { 'lib.go': 'package lib\n' }, /no program in \.\/\.\.\.: expected a package main/],
    [
      'an error',
      { 'main.go': 'package main\n\nfunc main() { x }\n' },
      /undefined: x[\s\S]*go install failed/,
    ],
    [
      'a go.sum that lacks a module',
      {
        'go.mod': 'module example.com/app\n\ngo 1.24\n\nrequire example.org/greet v1.0.0\n',
        'main.go': 'package main\n\nimport _ "example.org/greet"\n\nfunc main() {}\n',
      },
      /go mod download failed\. Are go\.mod and go\.sum both committed, and in step \(go mod tidy\)\?/,
    ],
    [
      'several programs and no word which is web',
      { 'a/main.go': program('a'), 'b/main.go': program('b') },
      /nothing says how to start the app/,
    ],
  ] as const)
    it(`with ${what} fail with a word why`, async () => {
      await assert.rejects(
        async () => build(await files(more), offline),
        (error) => error instanceof UserError && said.test(error.message),
      );
    });

  it('keep the toolchain out of the slug', async () => {
    const { folder } = await build(await files({ 'main.go': program('small') }), offline);
    const { stdout } = await execa('du', ['-sm', folder]);
    assert.ok(Number(stdout.split('\t')[0]) < 10, stdout);
    assert.equal(await run(folder, 'ls -A'), 'bin\ngo.mod\nmain.go');
  });
});
