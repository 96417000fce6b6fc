import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildApp,
  fixtureFiles,
  offline,
  runApp,
  type Built,
  type BuildOptions,
  type Source,
} from '../../../support/apps/app-builds.js';
import { BuildBench } from '../../../support/apps/build-bench.js';
import { itOnline, whyUnreachable } from '../../../support/online.js';
import { projectRoot } from '../../../support/source/source-imports.js';

const registry = 'https://registry.npmjs.org/';

describe('Node.js apps with yarn and pnpm', function () {
  this.timeout(240_000);
  let bench: BuildBench;
  let unreachable: string | undefined;

  before(async function () {
    this.timeout(600_000);
    bench = await BuildBench.open();
    unreachable = await whyUnreachable(`${registry}pnpm`);
  });
  after(() => bench.close());

  const online = (title: string, test: () => Promise<void>): void => itOnline(() => unreachable, title, test);

  const build = (name: string, source: Source, options: BuildOptions = {}): Promise<Built> =>
    buildApp(bench, name, source, options);
  const run = async ({ folder }: Built, command: string): Promise<string> => {
    const node = (await bench.runtimes.ensure('22.x')).folder;
    return runApp(bench, folder, command, ['-v', `${node}:/app/.deis/node:ro`]);
  };
  const fixture = (name: string): Record<string, string> => fixtureFiles('nodejs', name);
  const without = (files: Record<string, string>, name: string): Record<string, string> =>
    Object.fromEntries(Object.entries(files).filter(([file]) => file !== name));

  online('of a pnpm workspace answer, and are built again offline, to the same bytes', async () => {
    const source = await bench.example('node-pnpm');
    const first = await build('pnpm', source);
    assert.match(first.output, /-----> Installing pnpm 9\.15\.9\n/);
    assert.match(first.output, /-----> Building \(pnpm run build\)/);
    const serve =
      'node dist/web.js >/tmp/log & for n in $(seq 100); do ' +
      'curl -sf localhost:5001/ && exit; sleep 0.1; done; cat /tmp/log';
    assert.deepEqual(first.processes, { web: 'node dist/web.js' });
    assert.match(await run(first, serve), /^Hello from a pnpm workspace, up for \d+/);
    assert.equal(await run(first, 'pnpm --version'), '9.15.9');
    assert.ok(!existsSync(join(first.folder, 'node_modules', 'esbuild')));
    assert.deepEqual(
      readdirSync(join(first.folder, 'node_modules', '.pnpm')).filter((each) => each.includes('esbuild')),
      [],
    );
    const again = await build('pnpm', source, offline);
    assert.equal(again.slug.sha256, first.slug.sha256);
  });

  online('of yarn 1 get what yarn.lock locks, from the registry of the operator', async () => {
    const source = await bench.commit('yarn', fixture('yarn'));
    const first = await build('yarn', source, { npmRegistry: registry });
    assert.match(first.output, /-----> Installing yarn 1\.22\.22\n/);
    assert.equal(await run(first, 'yarn --silent start'), '...built 7200000');
    assert.ok(!existsSync(join(first.folder, 'node_modules', 'left-pad')));
    assert.equal(
      readFileSync(join(first.folder, 'yarn.lock'), 'utf8'),
      readFileSync(join(projectRoot, 'test/fixtures/nodejs/yarn/yarn.lock'), 'utf8'),
    );
    const again = await build('yarn', source, { ...offline, npmRegistry: registry });
    assert.equal(again.slug.sha256, first.slug.sha256);
    // Its packages come from nowhere but there.
    await assert.rejects(
      build('yarn-elsewhere', source, { npmRegistry: 'http://127.0.0.1:9/' }),
      /could not be had from the npm registry/,
    );
  });

  online('of yarn 4 get them as node_modules where .yarnrc.yml says so', async () => {
    const first = await build('berry', await bench.commit('berry', fixture('berry')), {
      npmRegistry: registry,
    });
    assert.match(first.output, /-----> Installing yarn 4\.9\.2\n/);
    assert.equal(await run(first, 'yarn start'), '...built 7200000');
    assert.ok(!existsSync(join(first.folder, 'node_modules', 'left-pad')));
    assert.ok(existsSync(join(first.folder, 'node_modules', 'ms')));
  });

  online("of yarn 4 run from its archives (Plug'n'Play)", async () => {
    const source = await bench.commit('pnp', without(fixture('berry'), '.yarnrc.yml'));
    const first = await build('pnp', source);
    assert.equal(await run(first, 'node server.js'), '...built 7200000');
    assert.ok(!existsSync(join(first.folder, 'node_modules')));
    const again = await build('pnp', source, offline);
    assert.equal(await run(again, 'node server.js'), '...built 7200000');
  });

  for (const [name, manager] of [
    ['yarn', 'yarn@1.22.22'],
    ['berry', 'yarn@4.9.2'],
    ['pnpm', 'pnpm@9.15.9'],
  ] as const)
    online(`are refused where ${name} is not what packageManager's hash says`, async () => {
      const packageManager = `${manager}+sha256.${'0'.repeat(64)}`;
      const files = { 'package.json': JSON.stringify({ packageManager, scripts: { start: 'node .' } }) };
      await assert.rejects(
        async () => build('hash', await bench.commit('hash', files)),
        /is not what packageManager of package\.json says: its sha256 is another one/,
      );
    });

  online('are refused where lock file and package.json are not in step', async () => {
    for (const name of ['yarn', 'berry']) {
      const files = fixture(name);
      files['package.json'] = files['package.json']!.replace('"left-pad": "1.3.0"', '"left-pad": "1.2.0"');
      await assert.rejects(
        async () => build('step', await bench.commit('step', files)),
        /yarn install failed\. Are package\.json and yarn\.lock both committed, and in step\?/,
      );
    }
  });

  it('use the yarn that their repository brings, without a network', async () => {
    const yarn =
      'const [command] = process.argv.slice(2);\nconst { appendFileSync } = require("node:fs");\n' +
      'if (command === "config") console.log("node-modules");\n' +
      'else if (command !== "workspaces") appendFileSync("ran.txt", process.argv.slice(2).join(" ") + "\\n");\n';
    const files = {
      'package.json': JSON.stringify({
        scripts: { start: 'node .', build: 'x' },
        devDependencies: { a: '1' },
      }),
      'yarn.lock': '__metadata:\n  version: 8\n',
      '.yarnrc.yml': 'nodeLinker: node-modules\n\nyarnPath: .yarn/releases/yarn-own.cjs\n',
      '.yarn/releases/yarn-own.cjs': yarn,
    };
    const built = await build('own', await bench.commit('own', files), offline);
    assert.match(built.output, /-----> Using yarn of this repository \(\.yarn\/releases\/yarn-own\.cjs\)/);
    assert.equal(readFileSync(join(built.folder, 'ran.txt'), 'utf8'), 'install --immutable\nrun build\n');
    assert.equal(await run(built, 'cd /tmp && yarn hello && cat ran.txt'), 'hello');
  });

  it('without a network are told which package is missing', async () => {
    const files = { 'package.json': '{"packageManager":"pnpm@9.15.8","scripts":{"start":"node ."}}' };
    await assert.rejects(
      async () => build('missing', await bench.commit('missing', files), offline),
      /pnpm@9\.15\.8 could not be had from the npm registry/,
    );
  });
});
