import assert from 'node:assert/strict';
import { builtinBuildpacks } from '../../../../../server/builder/plan/builtin-buildpacks.js';
import { builtinNames } from '../../../../../server/formation/buildpacks/known-buildpacks.js';
import { UserError } from '../../../../../base/errors.js';
import type { AppSource } from '../../../../../server/builder/plan/app-source.js';
import { buildpackNames, planBuild, type BuildPlan } from '../../../../../server/builder/plan/plan-build.js';
import { computingMs } from '../../../../support/nodes/computing-time.js';

const app = (names: string[], texts: Partial<AppSource> = {}): AppSource => ({
  names: new Set(names),
  ...texts,
});
const node = (manifest: object, more: string[] = [], texts: Partial<AppSource> = {}): AppSource =>
  app(['package.json', 'package-lock.json', ...more], { packageJson: JSON.stringify(manifest), ...texts });
const refused = (source: AppSource, message: RegExp): void => {
  assert.throws(
    () => planBuild(source),
    (error) => error instanceof UserError && message.test(error.message),
  );
};

const rangeOf = ({ runtimes }: BuildPlan): string | undefined =>
  runtimes.find(({ name }) => name === 'node')?.range;

describe('planBuild', () => {
  it('names an app in a folder that it does not take, and the way to push it alone', () => {
    const plan = (below: readonly string[]) => () => planBuild({ names: new Set(['README.md']), below });
    assert.throws(
      plan(['shop/package.json', 'web/Procfile']),
      /no known kind of app.*there is shop\/package\.json, web\/Procfile: .*`git subtree push --prefix=shop deis master`/,
    );
    assert.throws(plan(['my `shop`/package.json']), /--prefix=FOLDER/);
    assert.throws(plan([]), /in \.buildpacks$/);
  });

  it('knows a Node.js app by package.json and runs its start script', () => {
    assert.deepEqual(planBuild(node({ scripts: { start: 'node .' } })), {
      buildpacks: [{ kind: 'builtin', name: 'nodejs' }],
      heading: 'Node.js app detected',
      processes: { web: 'node .' },
      hasProcfile: false,
      runtimes: [{ name: 'node', range: '*' }],
      toolchains: [],
      notes: ['No Procfile: web runs `node .`'],
    });
  });

  it('takes the version of .nvmrc where engines.node says none, and says what became of it', () => {
    const start = { scripts: { start: 'node .' } };
    for (const [nvmrc, range] of [
      ['lts/iron\n', '20.x'],
      ['v20.11.0', '20.11.0'],
      ['# ours\n\n18 # old\r\n', '18'],
      ['lts/*', '*'],
      ['node', '*'],
    ] as const) {
      const plan = planBuild(node(start, ['.nvmrc'], { nvmrc }));
      assert.equal(rangeOf(plan), range, nvmrc);
      assert.ok(plan.notes.some((note) => note.startsWith('.nvmrc: Node.js ')));
    }
    for (const nvmrc of ['system', 'lts/nosuch', '0.10', '', 'iojs-3', '>=18', 'lts/-1']) {
      const plan = planBuild(node(start, ['.nvmrc'], { nvmrc }));
      assert.equal(rangeOf(plan), '*', nvmrc);
      assert.ok(
        plan.notes.some((note) => note.startsWith('.nvmrc is not read: ')),
        nvmrc,
      );
    }
    const both = planBuild(node({ ...start, engines: { node: '22.x' } }, ['.nvmrc'], { nvmrc: '20' }));
    assert.equal(rangeOf(both), '22.x');
    assert.ok(both.notes.includes('.nvmrc is not read: engines.node of package.json counts'));
  });

  it('says of each version that engines asks of a package manager what becomes of it', () => {
    const said = (engines: unknown, more: object = {}, files: string[] = []): string[] =>
      planBuild(node({ scripts: { start: 'node .' }, engines, ...more }, files)).notes.filter((note) =>
        note.startsWith('engines.'),
      );
    const npm = 'engines.npm is not heeded: npm is the one that comes with Node.js';
    assert.deepEqual(said({ node: '22.x', npm: '11.x' }), [npm]);
    assert.deepEqual(said({ npm: 11 }), [npm]);
    const exact = 'packageManager names the version, e.g. "pnpm@9.15.9"';
    assert.deepEqual(said({ pnpm: '9', yarn: '>=4', vscode: '^1' }, {}, ['pnpm-lock.yaml']), [
      `engines.yarn and engines.pnpm are not heeded: ${exact}`,
    ]);
    assert.deepEqual(said({ yarn: '4', npm: '11' }), [npm, `engines.yarn is not heeded: ${exact}`]);
    assert.deepEqual(said({ pnpm: '9', node: '22' }, { packageManager: 'pnpm@9.15.9' }), []);
    for (const engines of [undefined, null, [], 'npm', { node: '22' }]) assert.deepEqual(said(engines), []);
  });

  it('says that a committed .env sets no variables, of every kind of app', () => {
    const said = (plan: { readonly notes: readonly string[] }): boolean =>
      plan.notes.some((note) => /^\.env sets no variables here.*deis config:push \.env/.test(note));
    const start = { scripts: { start: 'x' } };
    assert.ok(said(planBuild(node(start, ['.env']))));
    assert.ok(said(planBuild({ names: new Set(['index.html', '.env']) })));
    assert.ok(!said(planBuild(node(start, ['.env.example', 'env']))));
  });

  it('says which of two lock files counts', () => {
    const { notes } = planBuild(node({ scripts: { start: 'x' } }, ['yarn.lock', 'pnpm-lock.yaml']));
    assert.ok(notes.includes('yarn.lock and pnpm-lock.yaml is not read: package-lock.json counts'));
    const shrunk = planBuild(node({ scripts: { start: 'x' } }, ['npm-shrinkwrap.json', 'yarn.lock']));
    assert.ok(shrunk.notes.includes('yarn.lock is not read: npm-shrinkwrap.json counts'));
  });

  it('lets the Procfile decide what runs', () => {
    const plan = planBuild(node({}, ['Procfile'], { procfile: 'worker: node w.js' }));
    assert.deepEqual(plan.processes, { worker: 'node w.js' });
  });

  it('hands engines.node on', () =>
    assert.equal(rangeOf(planBuild(node({ engines: { node: ' 20.x ' }, scripts: { start: 'x' } }))), '20.x'));
  it('says what is done about files in the repository that it does not use', () => {
    const { notes } = planBuild(
      app(['package.json', 'bun.lock', 'node_modules', 'server.js'], { packageJson: '{}' }),
    );
    assert.ok(notes.some((note) => note.startsWith('bun.lock is not read')));
    assert.ok(notes.some((note) => note.startsWith('node_modules is in the repository')));
  });

  it('refuses a Node.js app that nothing says how to start', () => refused(node({}), /no "start" script/));
  it('refuses a package.json that is not JSON', () =>
    refused(app(['package.json'], { packageJson: '{' }), /package\.json is not JSON/));
  it('refuses a package.json that is a list', () =>
    refused(app(['package.json'], { packageJson: '[]' }), /must hold a JSON object/));
  it('refuses a version that is no text', () =>
    refused(node({ engines: { node: 20 }, scripts: { start: 'x' } }), /engines\.node is 20/));
  it('refuses a broken Procfile before anything else', () =>
    refused(node({ scripts: { start: 'x' } }, ['Procfile'], { procfile: 'web' }), /Procfile line 1/));

  it('knows a static site by index.html', () =>
    assert.equal(buildpackNames(planBuild(app(['index.html']))), 'static'));
  it('knows a static site by static.json', () =>
    assert.equal(
      buildpackNames(planBuild(app(['static.json'], { staticJson: '{"root":"public"}' }))),
      'static',
    ));
  it('refuses a root outside of the repository', () => {
    refused(
      app(['static.json'], { staticJson: '{"root":"../x"}' }),
      /static\.json: line 1: root: expected a folder/,
    );
    refused(
      app(['static.json'], { staticJson: '{"root":"/etc"}' }),
      /static\.json: line 1: root: expected a folder/,
    );
  });

  it('takes anything with a Procfile', () =>
    assert.deepEqual(planBuild(app(['Procfile', 'run.sh'], { procfile: 'web: ./run.sh' })), {
      buildpacks: [{ kind: 'builtin', name: 'procfile' }],
      heading: 'Procfile app detected',
      processes: { web: './run.sh' },
      hasProcfile: true,
      runtimes: [],
      toolchains: [],
      notes: [],
    }));

  it('knows a Go app by go.mod, whose programs are known when it is built', () => {
    const plan = planBuild(app(['go.mod'], { goMod: 'module a\n\ngo 1.22\n' }));
    assert.equal(buildpackNames(plan), 'go');
    assert.deepEqual(plan.processes, {});
    assert.deepEqual(plan.toolchains, [{ name: 'go', range: '1.22' }]);
    refused(app(['go.mod'], { goMod: 'module a\n\ngo one\n' }), /"one" is not a valid version of Go/);
  });

  it('knows a Java app by pom.xml, and leaves Maven to its wrapper', () => {
    const systemProperties = 'java.runtime.version=17\nmaven.version=3.8.8\n';
    const plan = planBuild(app(['pom.xml', 'system.properties'], { systemProperties }));
    assert.equal(buildpackNames(plan), 'java');
    assert.deepEqual(plan.toolchains, [
      { name: 'java', range: '17' },
      { name: 'maven', range: '3.8.8' },
    ]);
    const wrapped = planBuild(app(['pom.xml', 'mvnw', '.mvn'], { systemProperties }));
    assert.deepEqual(wrapped.toolchains, [{ name: 'java', range: '17' }]);
    assert.deepEqual(wrapped.notes, ['maven.version is not read: the wrapper mvnw counts']);
  });

  describe('with a list of buildpacks', () => {
    const manifest = { packageJson: '{"engines":{"node":"20"},"scripts":{"start":"node ."}}' };
    const both = app(['package.json', 'index.html', '.buildpacks'], {
      ...manifest,
      buildpacks: '# assets first\nheroku/nodejs\n\nstatic\n',
    });

    it('runs them in its order, with the process types of the last and a runtime once', () => {
      const plan = planBuild(both);
      assert.equal(buildpackNames(plan), 'nodejs, static');
      assert.equal(plan.heading, 'Buildpacks: nodejs, static');
      assert.deepEqual(plan.processes, { web: 'node .deis/static-server.mjs' });
      assert.deepEqual(plan.runtimes, [{ name: 'node', range: '20' }]);
    });

    it('lets BUILDPACK_URL count before the file', () => {
      const url = 'https://example.com/pack.git#v2';
      const plan = planBuild(both, { config: { BUILDPACK_URL: url } });
      assert.equal(buildpackNames(plan), url);
      assert.deepEqual([plan.runtimes, plan.processes], [[], {}]);
      assert.match(plan.unstartable!, /push a Procfile/);
    });

    it('lets the list that is set for the formation count before both, with the names of the operator', () => {
      const known = { builtin: ['nodejs', 'static'], kept: [{ name: 'acme/ruby', sha256: 'a'.repeat(64) }] };
      const config = { BUILDPACK_URL: 'https://example.com/pack.git' };
      const plan = planBuild(both, { config, buildpacks: ['acme/ruby', 'nodejs'], known });
      assert.equal(plan.heading, 'Buildpacks: acme/ruby, nodejs');
      assert.deepEqual(plan.buildpacks[0], { kind: 'kept', name: 'acme/ruby', sha256: 'a'.repeat(64) });
      assert.throws(
        () => planBuild(both, { buildpacks: ['acme/gone'], known }),
        /^UserError: deis buildpacks: number 1: "acme\/gone" is not a valid buildpack: expected one of nodejs, static, acme\/ruby,/,
      );
    });

    it('knows the names of the built-in ones where lists are checked', () =>
      assert.deepEqual(
        builtinBuildpacks.map(({ name }) => name),
        [...builtinNames],
      ));

    it('refuses a built-in one that does not fit', () =>
      refused(
        app(['index.html'], { buildpacks: 'static\nnodejs' }),
        /the buildpack nodejs does not fit this app: it needs package\.json/,
      ));

    it('asks only for one start: an app whose packages are for another buildpack needs no start script', () => {
      const packageJson = '{}';
      const plan = planBuild(
        app(['package.json', 'index.html'], { packageJson, buildpacks: 'nodejs\nstatic' }),
      );
      assert.deepEqual(plan.processes, { web: 'node .deis/static-server.mjs' });
      refused(app(['package.json'], { packageJson, buildpacks: 'nodejs' }), /no "start" script/);
      assert.match(
        planBuild(app(['package.json'], { packageJson, buildpacks: 'nodejs\n./mine' })).unstartable!,
        /no "start" script/,
      );
    });
  });

  it('lists what it knows when it knows nothing', () =>
    refused(app(['main.cob']), /package\.json \(Node\.js\).*index\.html or static\.json.*Procfile/));

  it('plans an app with a manifest of 1 MiB in a moment, and repeats none of it', () => {
    const megabyte = (text: string): string => text.repeat(Math.ceil(1024 ** 2 / text.length));
    const start = { start: 'x' };
    const sources = [
      node({ scripts: start, engines: { node: megabyte('^0.0||') } }),
      node({ scripts: start, engines: { node: megabyte(' ') } }),
      node({ scripts: start, engines: { node: [megabyte('20')] } }),
      app(['package.json'], { packageJson: megabyte('[') }),
      app(['package.json'], { packageJson: `"${megabyte('x')}` }),
      app(['static.json'], { staticJson: JSON.stringify({ root: `/${megabyte('x')}` }) }),
    ];
    for (const source of sources) {
      const took = computingMs(() => {
        try {
          planBuild(source);
        } catch (error) {
          assert.ok(error instanceof UserError);
          assert.ok(error.message.length < 300, error.message.slice(0, 500));
        }
      });
      assert.ok(took < 500, `${took} ms`);
    }
  });
});
