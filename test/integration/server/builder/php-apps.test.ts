import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { imageChoice } from '../../../../provisioner/images/suite.js';
import type { Runtime } from '../../../../server/builder/runtimes/runtime.js';
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

const psrLog = 'https://api.github.com/repos/php-fig/log/zipball/3.0.0';
const requirements = join(projectRoot, 'server/builder/buildpacks/php/lib/requirements.php');
/** What docs/buildpacks.md promises. */
const extensions =
  'apcu bcmath ctype curl dom exif fileinfo gd gmp iconv igbinary intl json mbstring mysqli mysqlnd openssl pcntl ' +
  'pdo_mysql pdo_pgsql pdo_sqlite pgsql phar posix readline redis simplexml soap sockets sodium sqlite3 tokenizer ' +
  'xml xmlreader xmlwriter xsl zip zlib';
const { suite } = imageChoice();
const line = suite === 'trixie' ? '8.4' : '8.2';
const other = suite === 'trixie' ? '8.2' : '8.4';

describe('PHP apps', function () {
  this.timeout(240_000);
  let bench: BuildBench;
  let runtime: Runtime;
  let unreachable: string | undefined;

  before(async function () {
    this.timeout(600_000);
    bench = await BuildBench.open();
    runtime = await bench.php.ensure('*');
    unreachable = await whyUnreachable(psrLog);
  });
  after(() => bench.close());

  const mounts = (): string[] => ['-v', `${runtime.folder}:/app/.deis/php:ro`];
  const build = (source: Source, options: BuildOptions = {}): Promise<Built> =>
    buildApp(bench, 'php', source, options);
  /** @param more options of `docker run` */
  const run = (folder: string, command: string, more: readonly string[] = []): Promise<string> =>
    runApp(bench, folder, command, [...mounts(), ...more]);
  const commit = (files: Record<string, string>): Promise<Source> => bench.commit('php', files);
  const shop = (more: Record<string, string> = {}): Promise<Source> =>
    commit({ ...fixtureFiles('php', 'shop'), ...more });
  /** Starts the command and asks for paths when it answers. */
  const pages = (command: string, ...asks: readonly string[]): string =>
    `${command} 2>/tmp/log & for n in $(seq 100); do curl -s -o /dev/null localhost:5001/ && break; sleep 0.1; done; ` +
    asks.map((ask) => `curl -s -w ' [%{http_code} %{content_type}]\\n' ${ask}; `).join('') +
    'cat /tmp/log';
  const at = (path: string): string => `localhost:5001${path}`;

  it('have all libraries and extensions, and nothing to complain of', async () => {
    const folder = join(bench.folder, 'empty');
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(folder, '.deis', 'php'), { recursive: true });
    const php = '/app/.deis/php';
    const missing = await run(
      folder,
      `find ${php}/lib ${php}/libexec -type f | LD_LIBRARY_PATH=$(echo ${php}/lib/*-linux-gnu) xargs ldd ` +
        "2>/dev/null | grep 'not found' || true",
    );
    assert.equal(missing, '');
    const said = await run(
      folder,
      `{ ${php}/bin/php -r 'echo PHP_VERSION, " ", PHP_BINARY, "\\n", ` +
        'strtolower(implode(" ", get_loaded_extensions())), "\\n";\'; ' +
        `COMPOSER_HOME=/tmp/composer ${php}/bin/composer --version --no-ansi; } 2>&1`,
    );
    const [first = '', second = '', third = ''] = said.split('\n');
    assert.equal(first, `${runtime.version} /app/.deis/php/bin/php`);
    const here = second.split(' ');
    assert.deepEqual(
      extensions.split(' ').filter((name) => !here.includes(name)),
      [],
    );
    assert.ok(said.includes('zend opcache'));
    assert.match(third, /^Composer (version )?2\./);
  });

  it("are asked for a version and extensions by Composer's own rules", async () => {
    const cases: readonly [constraint: string, fits: boolean, elsewhere?: boolean][] = [
      ['*', true],
      ['^8.1', true],
      ['~8.1', true],
      ['~8.1.0', false],
      ['>=8.1', true],
      ['^7.4 || ^8.0', true],
      ['^7.4|^8.1', true],
      ['>=7.4 <8.1', false],
      ['8.1 - 8.4', true],
      ['^5.6', false],
      [line, false],
      [`${line}.*`, true],
      [runtime.version, true],
      [`~${other}.0`, false, true],
      [`${other}.*`, false, true],
    ];
    const folder = join(bench.folder, 'requirements');
    mkdirSync(join(folder, '.deis', 'php'), { recursive: true });
    const program =
      '<?php require "/app/requirements.php";\n' +
      `foreach (json_decode('${JSON.stringify(cases.map(([constraint]) => constraint))}') as $each)\n` +
      `  echo json_encode(php_refusal($each, PHP_VERSION, '${suite}')), "\\n";\n` +
      'echo json_encode(php_refusal("eight", PHP_VERSION, "x")), "\\n";\n' +
      'echo json_encode([php_constraint(["config" => ["platform" => ["php" => "8.1.10"]]]), php_constraint([]), ' +
      'php_constraint(["require" => ["php" => "^8"], "config" => ["platform" => ["php" => "8.1.10"]]])]), "\\n";\n' +
      'echo json_encode(extensions_asked(["require" => ["ext-Foo" => "*", "ext-bar" => "*", "a/b" => "1"], ' +
      '"config" => ["platform" => ["ext-bar" => "1"]]], ["packages" => [["name" => "a/b", "require" => ' +
      '["ext-baz" => "*", "ext-qux" => "*"]], ["name" => "a/qux", "provide" => ["ext-qux" => "*"]]]])), "\\n";\n';
    writeFileSync(join(folder, 'test.php'), program);
    await execa('cp', [requirements, folder]);
    const answers = (await run(folder, '/app/.deis/php/bin/php test.php'))
      .split('\n')
      .map((each) => JSON.parse(each) as unknown);
    for (const [index, [constraint, fits, elsewhere = false]] of cases.entries()) {
      const refusal = answers[index] as string | null;
      assert.equal(refusal === null, fits, `${constraint}: ${refusal}`);
      if (refusal === null) continue;
      assert.match(refusal, /^PHP .*, which composer\.json asks for, cannot be had: expected 8\.\d\.\d+ on /);
      assert.equal(refusal.includes('(an operator has it with DEIS_SUITE='), elsewhere, refusal);
    }
    assert.deepEqual(answers.slice(cases.length), [
      'composer.json: "eight" is not a version of PHP: expected e.g. ^8.2',
      ['~8.1.0', null, '^8'],
      { 'ext-foo': 'composer.json', 'ext-baz': 'a/b' },
    ]);
  });

  it('of a framework are installed offline, served by nginx, and a second build gives the same bytes', async () => {
    const source = await shop();
    const options = { ...offline, config: { THEME: 'dark' } };
    const { folder, output, slug, processes, runtimes } = await build(source, options);
    assert.match(output, new RegExp(`-----> Using PHP ${runtime.version.replaceAll('.', '\\.')}\n`));
    assert.match(output, /Installing acme\/greeting \(1\.0\.0\)/);
    assert.doesNotMatch(output, /acme\/tester/);
    assert.match(output, /Packages discovered/);
    assert.match(output, /-----> Running the script compile of composer\.json/);
    assert.deepEqual(
      runtimes.map(({ name, mount, sha256 }) => [name, mount, sha256]),
      [['php', '.deis/php', runtime.slug.sha256]],
    );
    assert.deepEqual(readdirSync(join(folder, '.deis', 'php')), []);
    const asked = [
      at('/shop/a?b=c'),
      `-d x=y ${at('/index.php/info')}`,
      at('/theme.txt'),
      at('/css/app.css'),
      at('/.htaccess'),
      at('/none.php'),
      at('/trouble'),
    ];
    assert.deepEqual((await run(folder, pages(processes['web']!, ...asked))).split('\n').slice(0, 3), [
      'Hello ADA at /shop/a with b=c [200 text/html; charset=UTF-8]',
      'Hello ADA at /index.php/info with x=y [200 text/html; charset=UTF-8]',
      'dark [200 text/plain]',
    ]);
    const rest = await run(folder, pages(processes['web']!, ...asked.slice(3)));
    assert.match(rest, /^body \{ color: teal; \}\n \[200 text\/css\]\n/);
    assert.match(rest, /403 Forbidden[^]*404 Not Found[^]*at \/trouble/);
    assert.match(rest, /something went wrong/);
    assert.equal((await build(source, options)).slug.sha256, slug.sha256);
  });

  it('say what nginx does in a file of their own, and let a request end at SIGTERM', async () => {
    const Procfile = 'web: heroku-php-nginx -C nginx.conf public/\n';
    const { folder, processes } = await build(await shop({ Procfile }), {
      ...offline,
      config: { THEME: 'x' },
    });
    const command =
      `${processes['web']} & server=$!; ` +
      'for n in $(seq 100); do curl -sf localhost:5001/up && break; sleep 0.1; done; echo; ' +
      'grep max_children /tmp/deis-php.*/fpm.conf; ' +
      'curl -s localhost:5001/slow & asked=$!; ' +
      'until [ "$(pgrep -c -f "[p]ool www")" -ge 1 ]; do sleep 0.05; done; ' +
      'kill -TERM $server; wait $asked; echo; wait $server; echo "ended $?"; ls -d /tmp/deis-php* 2>/dev/null';
    assert.equal(
      await run(folder, command, ['--memory', '300m']).catch((error: { stdout?: string }) => error.stdout),
      ['up', 'pm.max_children = 2', 'Hello ADA at /slow with ', 'ended 0'].join('\n'),
    );
  });

  it('without packages, a lock file or a Procfile are served from the folder of index.php', async () => {
    const { folder, processes } = await build(await bench.example('php-hello'), offline);
    assert.equal(processes['web'], 'heroku-php-nginx public/');
    assert.match(
      await run(folder, pages(processes['web'], at('/'))),
      /^Hello from PHP 8\.\d\.\d+, release \?\n/,
    );
    const plain = await build(
      await commit({ 'index.php': '<?= "plain ", $_SERVER["HTTP_HOST"];', 'app.json': '{}' }),
      offline,
    );
    assert.equal(plain.processes['web'], 'heroku-php-nginx');
    const said = await run(plain.folder, pages(plain.processes['web'], at('/x'), at('/app.json')));
    assert.match(said, /^plain localhost:5001 \[200 [^]*403 Forbidden/);
    const own = await build(
      await commit({ 'index.php': 'own', Procfile: 'web: php -S 0.0.0.0:$PORT\n' }),
      offline,
    );
    assert.match(await run(own.folder, pages(own.processes['web']!, at('/'))), /^own /);
  });

  it('end in one line that says what is to be done', async () => {
    const json = (more: object): Record<string, string> => ({
      'composer.json': JSON.stringify(more),
      Procfile: 'web: true',
    });
    const lock = {
      'content-hash': '5d41402abc4b2a76b9719d911017c592',
      packages: [
        {
          name: 'acme/far',
          version: '1.0.0',
          dist: { type: 'zip', url: 'https://api.github.com/repos/acme/far/zipball/1', reference: '1' },
          type: 'library',
        },
      ],
      'packages-dev': [],
    };
    const failing: readonly [Record<string, string>, RegExp][] = [
      [
        json({ require: { php: '^7.4' } }),
        /PHP \^7\.4, which composer\.json asks for, cannot be had: expected 8\.\d\.\d+ on \w+/,
      ],
      [
        json({ require: { 'ext-imagick': '*' } }),
        / !     composer\.json asks for what this PHP lacks: ext-imagick\. It has .*mbstring/,
      ],
      [
        json({ require: { 'acme/far': '^1' } }),
        /composer\.json has no composer\.lock beside it: run `composer update`/,
      ],
      [{ 'composer.json': '{', Procfile: 'web: true' }, /composer\.json is not a JSON object: Syntax error/],
      [
        { ...json({ require: { 'acme/far': '^1' } }), 'composer.lock': JSON.stringify(lock) },
        /Composer did not reach https:\/\/api\.github\.com: [^]*the packages could not be installed/,
      ],
      [json({ scripts: { compile: 'exit 3' } }), /the script compile of composer\.json failed/],
      [{ 'composer.json': '{}' }, /nothing says how to start the app: push a Procfile/],
    ];
    for (const [files, message] of failing)
      await assert.rejects(buildApp(bench, 'php-failing', await commit(files), offline), (error: Error) => {
        assert.match(error.message, message);
        return true;
      });
  });

  itOnline(
    () => unreachable,
    'get their packages from where composer.lock says',
    async () => {
      const dist = { type: 'zip', url: psrLog, reference: '3.0.0' };
      const lock = {
        'content-hash': '5d41402abc4b2a76b9719d911017c592',
        packages: [{ name: 'psr/log', version: '3.0.0', dist, type: 'library' }],
        'packages-dev': [],
      };
      const files = {
        'composer.json': '{"require": {"psr/log": "^3"}}',
        'composer.lock': JSON.stringify(lock),
        Procfile: 'web: true',
      };
      assert.match((await build(await commit(files))).output, /Installing psr\/log \(3\.0\.0\)/);
    },
  );
});
