import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { herokuStacks } from '../../../../provisioner/images/stack-image.js';
import { imageChoice } from '../../../../provisioner/images/suite.js';
import { UserError } from '../../../../base/errors.js';
import type { BuiltSlug } from '../../../../server/builder/build-slug.js';
import { BuildNetwork } from '../../../../server/builder/containers/build-network.js';
import { BuildBench } from '../../../support/apps/build-bench.js';

const never = new AbortController().signal;
const secret = 'hunter2-of-the-config\nsecond line';

/** A buildpack of Heroku's form, in a folder of the app. */
const pack = (folder: string, programs: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ detect: 'echo Mine', ...programs }).map(([name, script]) => [
      `${folder}/bin/${name}`,
      `#!/bin/bash\nset -eu\n${script}\n`,
    ]),
  );

describe('buildpacks of Heroku’s form', function () {
  this.timeout(60_000);
  let bench: BuildBench;
  let server: Server;
  /** Served at http://hostAddress:port/. */
  let site: string;
  let origin: string;
  let network: BuildNetwork;
  const address = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)!.address;

  before(async function () {
    this.timeout(600_000);
    bench = await BuildBench.open();
    site = join(bench.folder, 'site');
    server = createServer((request, response) => {
      const file = join(site, new URL(request.url!, 'http://x').pathname);
      if (!existsSync(file)) return void response.writeHead(404).end();
      response.end(readFileSync(file));
    }).listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    origin = `http://${address}:${port}`;
    network = new BuildNetwork({
      docker: bench.docker,
      instance: bench.instance,
      services: () => Promise.resolve([{ address, port }]),
      nodes: () => Promise.resolve([]),
      log: { warn: (fields, message) => console.warn(message, fields) },
    });
  });
  after(async () => {
    server.close();
    await bench.close();
  });

  interface Built extends BuiltSlug {
    readonly lines: readonly string[];
    readonly folder: string;
  }
  async function build(files: Record<string, string>, config: Record<string, string> = {}): Promise<Built> {
    const lines: string[] = [];
    const order = await bench.order('packed', await bench.commit('packed', files), config);
    const builder = bench.builder({ network });
    try {
      const built = await builder.build(order, (line) => lines.push(line), never);
      return { ...built, lines, folder: await bench.unpack(built.slug.path) };
    } finally {
      await builder.discard(order);
    }
  }
  async function failing(files: Record<string, string>, message: RegExp): Promise<string> {
    const lines: string[] = [];
    const order = await bench.order('packed', await bench.commit('packed', files));
    const builder = bench.builder({ network });
    await assert.rejects(
      builder.build(order, (line) => lines.push(line), never),
      (error) => error instanceof UserError && message.test(error.message),
    );
    await builder.discard(order);
    return lines.join('\n');
  }

  it('are told a stack of Heroku’s, and find the programs that its own call', async () => {
    const programs = 'bash curl envsubst git gzip jq patch perl python3 rsync tar unzip wget xz zip zstd';
    const { lines } = await build({
      'index.html': '',
      '.buildpacks': './mine\n',
      Procfile: 'web: true',
      ...pack('mine', {
        compile:
          `echo "stack $STACK"\nfor each in ${programs}; do command -v $each >/dev/null || echo "no $each"; done\n` +
          `jq --null-input --arg key value '{ $key }' --compact-output`,
      }),
    });
    assert.ok(lines.includes(`stack ${herokuStacks[imageChoice().suite]}`), lines.join('\n'));
    assert.deepEqual(
      lines.filter((line) => /^no |^{/.test(line)),
      ['{"key":"value"}'],
    );
  });

  it('run in order: each gets the three folders, what the ones before export, and says process types', async () => {
    const { folder, lines, processes } = await build({
      ...pack('one', {
        detect: '[ "$#" = 1 ] && [ "$1" = /app ] && echo First',
        compile:
          'echo "-----> compiles $*"; echo 1 >"$1/one.txt"; mkdir -p "$1/.profile.d"; ' +
          'echo "export GREETING=hello" >"$1/.profile.d/one.sh"; ' +
          'echo "export FROM_ONE=exported" >"$(dirname "$0")/../export"',
        release: 'echo "---"; echo "default_process_types:"; echo "  web: \\"one: x\\""; echo "  work: w"',
      }),
      ...pack('packs/two', {
        compile: 'cat "$1/one.txt" >"$1/two.txt"; echo "${FROM_ONE-none}" >>"$1/two.txt"',
        release: 'echo "default_process_types: {web: ./two}"',
      }),
      '.buildpacks': './one\n./packs/two\n',
    });
    assert.ok(lines.includes('-----> compiles /app /cache /build/env'), lines.join('\n'));
    assert.deepEqual(
      lines.filter((line) => line.includes('detected')),
      ['-----> First app detected', '-----> Mine app detected'],
    );
    assert.equal(readFileSync(join(folder, 'two.txt'), 'utf8'), '1\nexported\n');
    assert.deepEqual(processes, { web: './two', work: 'w' });
    const mounts = ['-v', `${folder}:/app:ro`, '--env', 'HOME=/app'];
    const start = ['deis/stack:bookworm', 'start', '--', 'echo $GREETING'];
    assert.equal((await execa('docker', ['run', '--rm', ...mounts, ...start])).stdout, 'hello');
  });

  it('find the config in ENV_DIR alone: in no environment, no command line, no label', async () => {
    const files = {
      ...pack('mine', {
        compile:
          'cp "$3/SECRET" "$1/secret.txt"; ls "$3" >"$1/names.txt"; env >"$1/env.txt"; ' +
          'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n" >"$1/all.txt"; ' +
          'echo "told: $(cat "$3/SECRET")"; if rm "$3/SECRET" 2>/dev/null; then echo removed; fi',
      }),
      Procfile: 'web: true',
      '.buildpacks': './mine',
    };
    const lines: string[] = [];
    const order = await bench.order('packed', await bench.commit('packed', files), { SECRET: secret, A: '' });
    const builder = bench.builder();
    const { slug } = await builder.build(order, (line) => lines.push(line), never);
    const [id] = await bench.containers();
    const inspected = JSON.stringify(await bench.docker.getContainer(id!).inspect());
    await builder.discard(order);
    const folder = await bench.unpack(slug.path);
    const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
    assert.equal(text('secret.txt'), secret);
    assert.equal(text('names.txt'), 'A\nSECRET\n');
    for (const [where, all] of [
      ['env', text('env.txt')],
      ['/proc', text('all.txt')],
      ['inspect', inspected],
      ['output', lines.join('\n')],
    ] as const)
      assert.ok(!/hunter2|second line/.test(all), where);
    assert.ok(!lines.includes('removed'));
  });

  it('share the cache of the app from build to build', async () => {
    const compile = 'cat "$2/kept" 2>/dev/null || echo nothing; echo before >"$2/kept"';
    const files = { ...pack('mine', { compile }), Procfile: 'web: true', '.buildpacks': './mine' };
    assert.ok((await build(files)).lines.includes('nothing'));
    assert.ok((await build(files)).lines.includes('before'));
  });

  it('stand beside built-in ones', async () => {
    const { lines, folder, runtimes } = await build({
      'package.json': '{"scripts":{"start":"node ."}}',
      '.buildpacks': 'nodejs\n./mine',
      ...pack('mine', { compile: 'node -p "6*7" >"$1/answer.txt"' }),
    });
    assert.equal(readFileSync(join(folder, 'answer.txt'), 'utf8'), '42\n', lines.join('\n'));
    assert.deepEqual(
      runtimes.map(({ name, mount }) => [name, mount]),
      [['node', '.deis/node']],
    );
  });

  it('end the build in one sentence when they do not fit, are none, or fail', async () => {
    const list = { '.buildpacks': './mine', Procfile: 'web: true' };
    const compile = 'exit 3';
    const says = async (files: Record<string, string>, message = /exit code 1/): Promise<string> =>
      failing({ ...list, ...files }, message);
    assert.match(
      await says(pack('mine', { detect: 'echo nope; exit 1', compile })),
      / !     the buildpack mine does not fit this app: its bin\/detect says no: nope$/,
    );
    assert.match(
      await says({ 'mine/bin/detect': '#!/bin/sh\n' }),
      / !     mine is not a buildpack: it has no bin\/compile$/,
    );
    assert.match(await says({}), / !     the buildpack \.\/mine is not in this commit/);
    assert.match(
      await says(pack('mine', { compile }), /failed \(exit code 3\)/),
      / !     bin\/compile of the buildpack mine failed \(exit code 3\)$/,
    );
    assert.match(
      await says(pack('mine', { compile: 'true', release: 'exit 4' })),
      / !     bin\/release of the buildpack mine failed \(exit code 4\)$/,
    );
    assert.match(
      await says(pack('mine', { compile: 'true', release: 'head -c 70000 /dev/zero | tr "\\0" x' })),
      / !     bin\/release of the buildpack mine says more than 64 KiB$/,
    );
    await failing(
      { ...pack('mine', { compile: 'true' }), '.buildpacks': './mine' },
      /nothing says how to start/,
    );
  });

  it('come from a repository, at a branch, tag or commit, or from a tarball', async () => {
    const files = pack('pack', { compile: 'echo "version $(cat "$(dirname "$0")/../version")"' });
    const { repository, commit: first } = await bench.commit('pack-of-url', {
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name.replace('pack/', ''), text])),
      version: 'one',
    });
    const git = async (...args: string[]): Promise<string> =>
      (await execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@x', ...args], { cwd: bench.folder }))
        .stdout;
    await git('clone', '-q', '-b', 'pushed', repository.path, 'clone');
    await execa('sh', ['-c', 'echo two >version'], { cwd: join(bench.folder, 'clone') });
    await git('-C', 'clone', 'commit', '-qam', 'Two');
    await git('-C', 'clone', 'tag', 'v2');
    await git('clone', '-q', '--bare', 'clone', 'site/pack.git');
    await git('-C', 'site/pack.git', 'update-server-info');
    await git('-C', 'clone', 'archive', '--prefix=pack-2/', '-o', join(site, 'pack.tgz'), 'HEAD');
    for (const [url, version] of [
      ['pack.git', 'two'],
      ['pack.git#v2', 'two'],
      [`pack.git#${first}`, 'one'],
      ['pack.tgz', 'two'],
    ] as const) {
      const { lines } = await build({ Procfile: 'web: true' }, { BUILDPACK_URL: `${origin}/${url}` });
      assert.ok(lines.includes(`version ${version}`), `${url}: ${lines.join('\n')}`);
    }
  });

  it('come from the copy that the operator keeps, and from nowhere else', async () => {
    const files = pack('ruby-1', { compile: 'echo "kept in $0"' });
    const { repository } = await bench.commit('kept-pack', files);
    const archive = await execa('git', ['-C', repository.path, 'archive', '--format=tar.gz', 'pushed'], {
      encoding: 'buffer',
    });
    const sha256 = await bench.kept.add(Buffer.from(archive.stdout));
    const source = await bench.commit('packed', { Procfile: 'web: true' });
    const run = async (hash: string): Promise<readonly string[]> => {
      const known = { builtin: [], kept: [{ name: 'acme/ruby', sha256: hash }] };
      const order = await bench.order('packed', source, {}, { buildpacks: ['acme/ruby'], known });
      const lines: string[] = [];
      const builder = bench.builder({ network: { name: 'none', ensure: () => Promise.resolve('none') } });
      await builder.build(order, (line) => lines.push(line), never).finally(() => builder.discard(order));
      return lines;
    };
    assert.ok((await run(sha256)).includes('kept in /tmp/buildpacks/1/bin/compile'));
    await assert.rejects(run('a'.repeat(64)), /has lost its copy of the buildpack acme\/ruby/);
  });

  it('name the host that did not give them', async () => {
    for (const [url, host] of [
      ['http://no-such-host.invalid/pack.git', 'no-such-host.invalid'],
      ['http://no-such-host.invalid/pack.git#v1', 'no-such-host.invalid'],
      [`${origin}/nothing.tgz`, new URL(origin).host],
    ] as const) {
      const output = await failing({ Procfile: 'web: true', '.buildpacks': url }, /exit code 1/);
      assert.ok(output.includes(`could not be had from ${host} within 120 s`), output);
    }
  });
});
