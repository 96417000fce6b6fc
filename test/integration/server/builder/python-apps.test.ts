import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
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

const index = 'https://pypi.org/simple/';

describe('Python apps', function () {
  this.timeout(240_000);
  let bench: BuildBench;
  let unreachable: string | undefined;
  /** Of the stack: `3.11`. */
  let version: string;
  let packages: string;

  before(async function () {
    this.timeout(600_000);
    bench = await BuildBench.open();
    const ask = 'import sys; print("%d.%d" % sys.version_info[:2])';
    version = (await execa('docker', ['run', '--rm', bench.stack, 'python3', '-c', ask])).stdout;
    packages = join('.deis', 'python', 'lib', `python${version}`, 'site-packages');
    unreachable = await whyUnreachable(index);
  });
  after(() => bench.close());

  const online = (title: string, test: () => Promise<void>): void => itOnline(() => unreachable, title, test);

  const build = (source: Source, options: BuildOptions = {}): Promise<Built> =>
    buildApp(bench, 'python', source, options);
  const run = (folder: string, command: string): Promise<string> => runApp(bench, folder, command);
  const fixture = (name: string): Record<string, string> => fixtureFiles('python', name);

  it('have pip look again where a list holds more than names and versions', async () => {
    const program = join(projectRoot, 'server/builder/buildpacks/python/lib/inputs.py');
    const folder = mkdtempSync(join(bench.folder, 'lists-'));
    writeFileSync(join(folder, 'base.txt'), 'flask==3.1.0 # ours\n');
    writeFileSync(join(folder, 'open.txt'), './lib\n');
    mkdirSync(join(folder, 'vendor'));
    writeFileSync(join(folder, 'vendor', 'a.whl'), 'flask==3.1.0');
    const hashed =
      'b==1.0 ; python_version >= "3.8" \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via a\n';
    for (const [text, said] of [
      ['', 'fixed'],
      ['\uFEFF# none\n\na\nb[x,y]>=1,<2\nc (>=1)\nd~=1.0;sys_platform=="linux"\n', 'fixed'],
      [hashed, 'fixed'],
      ['-r base.txt\n-c base.txt\n--requirement=base.txt\n-r list.txt\n', 'fixed'],
      ['--no-index\n-f vendor\n-i https://pypi.example.com/simple\n--pre\na\n', 'fixed'],
      ['-r open.txt\n', 'open'],
      ['-r nowhere.txt\n', 'open'],
      ['-e .\n', 'open'],
      ['.\n', 'open'],
      ['lib/a\n', 'open'],
      ['a-1.0-py3-none-any.whl\n', 'open'],
      ['a @ git+https://example.com/a.git\n', 'open'],
      ['https://example.com/a.tar.gz\n', 'open'],
      ['a==1\n--install-option=x\n', 'open'],
    ]) {
      writeFileSync(join(folder, 'list.txt'), text!);
      const { stdout } = await execa('python3', [program, join(folder, 'list.txt')]);
      assert.equal(stdout.split('\n')[0], said, text);
      assert.equal(stdout.includes('flask==3.1.0'), text!.includes('base.txt'));
      assert.equal(/^a\.whl [0-9a-f]{64}$/m.test(stdout), text!.includes('vendor'));
    }
  });

  online(
    'with requirements.txt answer, and are built the second time from the cache, to the same bytes',
    async () => {
      const source = await bench.example('flask-hello');
      const { folder, output, slug, processes } = await build(source);
      assert.match(output, /-----> Installing packages \(pip\)\n/);
      assert.deepEqual(processes, { web: 'gunicorn app:app', release: 'flask --app app routes' });
      const serve =
        'gunicorn app:app >/tmp/log 2>&1 & for n in $(seq 100); do ' +
        'curl -sf localhost:5001/ && exit; sleep 0.1; done; cat /tmp/log';
      assert.match(await run(folder, serve), /^Powered by Flask, no release$/);
      const again = await build(source, offline);
      assert.match(again.output, /Dependencies unchanged: taken from the cache/);
      assert.doesNotMatch(again.output, /Installing packages/);
      assert.equal(again.slug.sha256, slug.sha256);
      // Byte code that no file's time makes stale: the slug's are all the same.
      const loaded = (end: string): Promise<string> =>
        run(
          folder,
          `python -v -c 'import flask' 2>&1 | grep -c "code object from .*/flask/.*${end}.$"; true`,
        );
      assert.ok(Number(await loaded('[.]pyc')) > 10);
      assert.equal(await loaded('[.]py'), '0');
    },
  );

  online('do without a cache that is broken', async () => {
    const source = await bench.example('flask-hello');
    await build(source);
    const kept = join(bench.cacheOf('python'), 'layers', 'python.tgz');
    assert.ok(existsSync(kept));
    await execa('sh', ['-c', `printf x | dd of=${kept} bs=1 seek=5000 conv=notrunc status=none`]);
    assert.match((await build(source)).output, /Installing packages \(pip\)/);
  });

  for (const [name, list] of [
    ['uv', 'uv.lock'],
    ['poetry', 'poetry.lock'],
    ['pipenv', 'Pipfile.lock'],
  ] as const)
    online(`get what ${list} locks, without development packages`, async () => {
      const source = await bench.commit('python', { ...fixture(name), Procfile: 'web: true' });
      const { folder, output } = await build(source);
      assert.match(output, new RegExp(`-----> Reading ${list.replace('.', '\\.')}`));
      const installed = readdirSync(join(folder, packages));
      assert.ok(installed.includes('itsdangerous-2.2.0.dist-info'), installed.join(' '));
      assert.ok(!installed.includes('iniconfig'), installed.join(' '));
    });

  online('of Django have their static files collected, with the config', async () => {
    const settings =
      'import os, pathlib\nHERE = pathlib.Path(__file__).parent\n' +
      'SECRET_KEY = os.environ["KEY"]\nINSTALLED_APPS = ["django.contrib.staticfiles"]\n' +
      'STATIC_URL = "/static/"\nSTATIC_ROOT = HERE / "collected"\nSTATICFILES_DIRS = [HERE / "assets"]\n';
    const manage =
      'import os, sys\nos.environ["DJANGO_SETTINGS_MODULE"] = "settings"\n' +
      'from django.core.management import execute_from_command_line as run\nrun(sys.argv)\n';
    const files = {
      'site/manage.py': manage,
      'site/settings.py': settings,
      'site/assets/style.css': 'b{}',
      'requirements.txt': 'django==5.2.6\n',
      Procfile: 'web: true',
    };
    const source = await bench.commit('python', files);
    const { folder } = await build(source, { config: { KEY: 'django-key-sentinel' } });
    assert.ok(existsSync(join(folder, 'site', 'collected', 'style.css')));
    const { output } = await build(source, { config: { DISABLE_COLLECTSTATIC: '1' } });
    assert.doesNotMatch(output, /collectstatic/);
  });

  describe('without a package index', () => {
    /** A wheel of one module. */
    async function wheel(folder: string): Promise<string> {
      const script =
        'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z:\n' +
        '  z.writestr("vendored_hello.py", "def hello():\\n  return \\"vendored\\"\\n")\n' +
        '  d = "vendored_hello-1.0.dist-info/"\n' +
        '  z.writestr(d + "METADATA", "Metadata-Version: 2.1\\nName: vendored-hello\\nVersion: 1.0\\n")\n' +
        '  w = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"\n' +
        '  z.writestr(d + "WHEEL", w)\n' +
        '  z.writestr(d + "RECORD", "")\n';
      const path = join(folder, 'vendored_hello-1.0-py3-none-any.whl');
      await execa('python3', ['-c', script, path]);
      return path;
    }
    async function vendored(requirement: string, more: Record<string, string> = {}): Promise<Source> {
      const file = await wheel(bench.folder);
      return bench.commit('python', {
        'requirements.txt': `--no-index\n--find-links vendor\n${requirement}\n`,
        Procfile: 'web: python -c "import vendored_hello as v; print(v.hello())"',
        ...more,
        'vendor/vendored_hello-1.0-py3-none-any.whl': `copy of ${file}`,
      });
    }

    it('are built from wheels in the repository', async () => {
      const source = await vendored('vendored-hello==1.0');
      const { folder, processes } = await build(source, offline);
      assert.equal(await run(folder, processes['web']!), 'vendored');
      assert.equal(await run(folder, 'pip list --format freeze'), 'vendored-hello==1.0');
      // The second build needs neither pip nor the wheel; an open list has pip look again.
      const again = await build(source, offline);
      assert.match(again.output, /Dependencies unchanged: taken from the cache/);
      assert.equal(await run(again.folder, again.processes['web']!), 'vendored');
      const path = await vendored('./vendor/vendored_hello-1.0-py3-none-any.whl');
      for (const which of ['first', 'second'])
        assert.equal(await run((await build(path, offline)).folder, processes['web']!), 'vendored', which);
    });

    it('end in one line that says what is to be done', async () => {
      for (const [more, requirement, message] of [
        [
          {},
          'vendored-hello==2.0',
          /The index has no such version for Python 3\.\d+: is the line right\?\n !     the packages/,
        ],
        [
          { 'requirements.txt': 'flask==3.1.0\n' },
          '',
          /The package index pypi\.org was not reached: DEIS_PYPI_INDEX names another/,
        ],
        [
          { '.python-version': '3.9\n' },
          'vendored-hello',
          /\.python-version asks for Python 3\.9: the versions that can be had here are 3\.\d+/,
        ],
        [
          { 'runtime.txt': 'python-3.8.1\n' },
          'vendored-hello',
          /runtime\.txt asks for Python 3\.8\.1: the versions/,
        ],
        [
          { '.python-version': 'newest' },
          'vendored-hello',
          /newest is not a valid version of Python: expected e\.g\. 3\.\d+/,
        ],
        [
          { 'pyproject.toml': '[project]\nname = "x"\nrequires-python = ">=3.8,<3.9"\n' },
          'vendored-hello',
          /pyproject\.toml asks for Python >=3\.8,<3\.9: the versions/,
        ],
      ] as const)
        await assert.rejects(
          build(await vendored(requirement, more), { ...offline, buildSeconds: 60 }),
          message,
        );
    });

    it('take every way to ask for the Python that is there', async () => {
      const asked: readonly Record<string, string>[] = [
        { '.python-version': `# ours\ncpython-${version}.9\n` },
        { 'runtime.txt': `python-${version}` },
        { 'pyproject.toml': `[project]\nname = "x"\nrequires-python = ">=${version}.5"\n` },
        { 'pyproject.toml': `[tool.poetry.dependencies]\npython = "^3.9 || ~${version}"\n` },
      ];
      for (const more of asked) await build(await vendored('vendored-hello', more), offline);
    });
  });
});
