import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { FakeController } from '../../support/fakes/fake-controller.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

const config = '/api/formations/peachy/config';
const values = { A: '1', B: 'two\nlines', C: "it's" };

describe('config in files, and source in archives', () => {
  let controller: FakeController;
  let terminal: TestTerminal;

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({ controller: controller.url, username: 'ada', token: 't0ken' });
    controller.on(
      `GET ${config}`,
      (_request, response) =>
        void response
          .writeHead(200, { 'Content-Type': 'application/json', ETag: '"tag7"' })
          .end(JSON.stringify({ version: 7, values })),
    );
    controller.operation(`POST ${config}`, [{ id: 1, event: 'end', data: { state: 'succeeded' } }], {
      state: 'succeeded',
      result: { release: 8 },
    });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  const editor = (script: string): void => {
    const file = join(terminal.home, 'editor');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    terminal.env['EDITOR'] = `${file} --wait`;
  };
  const sent = () => controller.to(`POST ${config}`).map(({ body, headers }) => [body, headers['if-match']]);

  it('config:edit sends what the editor changed, on condition that nobody else did, and leaves no file', async () => {
    editor(
      '[ "$1" = --wait ] && sed -i -e /^A=/d -e s/it/this/ "$2" && echo NEW=x=y >> "$2" && ' +
        `stat -c %a "$2" > ${join(terminal.home, 'mode')} && ` +
        `dirname "$2" > ${join(terminal.home, 'folder')}`,
    );
    assert.equal(await terminal.deis('config:edit', '-f', 'peachy'), 0, terminal.err);
    assert.deepEqual(sent(), [[{ values: { C: "this's", NEW: 'x=y', A: null } }, '"tag7"']]);
    assert.equal(readFileSync(join(terminal.home, 'mode'), 'utf8').trim(), '600');
    assert.throws(() => readdirSync(readFileSync(join(terminal.home, 'folder'), 'utf8').trim()));
    assert.doesNotMatch(terminal.err, /x=y/);
  });

  it('config:edit changes nothing when the editor fails, changes nothing, or leaves what is no config', async () => {
    editor('exit 1');
    assert.equal(await terminal.deis('config:edit', '-f', 'peachy'), 1);
    editor('exit 0');
    assert.equal(await terminal.deis('config:edit', '-f', 'peachy'), 0);
    assert.match(terminal.err, /Nothing to change/);
    editor('echo oops >> "$2"');
    assert.equal(await terminal.deis('config:edit', '-f', 'peachy'), 2);
    assert.deepEqual(sent(), []);
  });

  it('config:pull writes a file of the user alone, and replaces none unasked', async () => {
    assert.equal(await terminal.deis('config:pull', '-f', 'peachy'), 0, terminal.err);
    const file = join(terminal.cwd, '.env');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file, 'utf8'), "A=1\nB='two\nlines'\nC=\"it's\"\n");
    assert.equal(await terminal.deis('config:pull', '-', '-f', 'peachy'), 0);
    assert.equal(terminal.out, readFileSync(file, 'utf8'));
    assert.equal(await terminal.deis('config:pull', '-f', 'peachy'), 6);
    assert.equal(await terminal.deis('config:pull', '--overwrite', '-f', 'peachy'), 0);
    assert.equal(await terminal.deis('config:pull', 'no/such/folder', '-f', 'peachy'), 2);
  });

  it('config --shell leaves out what would change the shell that evaluates it, and says so', async () => {
    const bad = [
      'PATH',
      'IFS',
      'ENV',
      'BASH_ENV',
      'PROMPT_COMMAND',
      'LD_PRELOAD',
      'LD_LIBRARY_PATH',
      'PS1',
      'UID',
    ];
    const good = {
      DATABASE_URL: "it's $(touch owned) `id`\n#",
      PATHS: 'x',
      LDAP: 'y',
      ENVIRONMENT: 'z',
      PS12: '1',
    };
    const all = { ...Object.fromEntries(bad.map((name) => [name, '$(touch owned); touch owned'])), ...good };
    controller.answer(`GET ${config}`, 200, { version: 7, values: all });
    assert.equal(await terminal.deis('config', '--shell', '-f', 'peachy'), 0, terminal.err);
    for (const name of bad) assert.match(terminal.err, new RegExp(`left out.*\\b${name}\\b.*--all`));
    const print = Object.keys(good).map((name) => `"$${name}"`);
    const evaluated = execFileSync(
      'bash',
      [
        '-c',
        `before=$PATH; eval "$1"; printf '%s\\0' ${print.join(' ')}; [ "$PATH" = "$before" ]`,
        'bash',
        terminal.out,
      ],
      { cwd: terminal.cwd, encoding: 'utf8' },
    );
    assert.deepEqual(evaluated.split('\0').slice(0, -1), Object.values(good));
    assert.ok(!readdirSync(terminal.cwd).includes('owned'));
    assert.equal(await terminal.deis('config', '--shell', '--all', '-f', 'peachy'), 0);
    assert.equal(terminal.err, '');
    for (const name of bad) assert.match(terminal.out, new RegExp(`^${name}='`, 'm'));
    controller.answer(`GET ${config}`, 200, { version: 7, values: { PATH: 'x' } });
    assert.equal(await terminal.deis('config', '--shell', '-f', 'peachy'), 0);
    assert.equal(terminal.out, '');
  });

  it('config:push sets what differs, and with --prune unsets what the file lacks', async () => {
    writeFileSync(join(terminal.cwd, 'my.env'), 'A=1\nD="new"\n');
    assert.equal(await terminal.deis('config:push', 'my.env', '-f', 'peachy'), 0, terminal.err);
    terminal.input = 'A=2\n';
    assert.equal(await terminal.deis('config:push', '-', '--prune', '-f', 'peachy'), 0, terminal.err);
    assert.deepEqual(
      sent().map(([body]) => body),
      [{ values: { D: 'new' } }, { values: { A: '2', B: null, C: null } }],
    );
    assert.equal(await terminal.deis('config:push', '-f', 'peachy'), 2);
  });

  it('says that somebody else changed the config meanwhile', async () => {
    controller.answer(`POST ${config}`, 412, {
      title: 'Precondition Failed',
      status: 412,
      detail: 'it has changed since you read it',
    });
    terminal.input = 'A=2\n';
    assert.equal(await terminal.deis('config:push', '-', '-f', 'peachy'), 6);
    assert.match(terminal.err, /changed since/);
  });

  it('builds:create pushes an archive from standard input as a commit, and refuses what is none', async () => {
    const remote = join(terminal.home, 'peachy.git');
    const git = (...args: string[]): string =>
      execFileSync('git', ['--git-dir', remote, ...args], { encoding: 'utf8' }).trim();
    execFileSync('git', ['init', '--quiet', '--bare', remote]);
    controller.answer('GET /api/formations/peachy', 200, { id: 'peachy', git_url: remote, urls: [] });
    controller.answer('GET /api/formations/peachy/config', 200, { version: 1, values: {} });
    const source = join(terminal.home, 'source');
    mkdirSync(source);
    for (const [round, gzip] of [
      ['one', true],
      ['two', false],
    ] as const) {
      writeFileSync(join(source, 'index.html'), round);
      writeFileSync(join(source, '.gitignore'), 'index.html\n');
      terminal.input = execFileSync('tar', [gzip ? '-czf' : '-cf', '-', '-C', source, '.']);
      assert.equal(await terminal.deis('builds:create', '-', '-f', 'peachy'), 0, terminal.err);
      assert.equal(git('show', 'master:index.html'), round);
    }
    assert.equal(git('rev-list', '--count', 'master'), '2');
    const values = { DEIS_DEPLOY_BRANCH: 'live/eu' };
    controller.answer('GET /api/formations/peachy/config', 200, { version: 2, values });
    terminal.input = execFileSync('tar', ['-cf', '-', '-C', source, '.']);
    assert.equal(await terminal.deis('builds:create', '-', '-f', 'peachy'), 0, terminal.err);
    assert.equal(git('show', 'live/eu:index.html'), 'two');
    // Options of a push are refused by a repository that takes none.
    git('config', 'receive.advertisePushOptions', 'true');
    writeFileSync(join(remote, 'hooks', 'pre-receive'), '#!/bin/sh\necho "option $GIT_PUSH_OPTION_0"\n', {
      mode: 0o755,
    });
    terminal.input = execFileSync('tar', ['-cf', '-', '-C', source, '.']);
    const image = `registry.example.com/shop@sha256:${'a'.repeat(64)}`;
    assert.equal(await terminal.deis('builds:create', image, '-f', 'peachy'), 0, terminal.err);
    assert.equal(git('show', 'live/eu:Dockerfile'), `FROM ${image}`);
    assert.equal(git('ls-tree', '--name-only', 'live/eu'), 'Dockerfile');
    assert.match(terminal.err, /option dockerfile=Dockerfile/);
    const named = ['builds:create', '-', '--dockerfile=docker/web', '-f', 'peachy'];
    assert.equal(await terminal.deis(...named), 0, terminal.err);
    assert.match(terminal.err, /option dockerfile=docker\/web/);
    terminal.input = 'no archive';
    assert.equal(await terminal.deis('builds:create', '-', '-f', 'peachy'), 2, terminal.err);
    assert.equal(await terminal.deis('builds:create', 'missing.tar', '-f', 'peachy'), 2);
    writeFileSync(join(remote, 'hooks', 'pre-receive'), '#!/bin/sh\necho no such build\nexit 1\n', {
      mode: 0o755,
    });
    terminal.input = execFileSync('tar', ['-cf', '-', '-C', source, '.']);
    assert.equal(await terminal.deis('builds:create', '-', '-f', 'peachy'), 1);
    assert.match(terminal.err, /no such build/);
  });

  it('builds:create logs in to git as the SSH user token where DEIS_TOKEN is set, else by key', async () => {
    const url = 'ssh://git@127.0.0.1:2222/peachy.git';
    controller.answer('GET /api/formations/peachy', 200, { id: 'peachy', git_url: url, urls: [] });
    controller.answer('GET /api/formations/peachy/config', 200, { version: 1, values: {} });
    controller.answer('GET /api/auth/whoami', 200, { username: 'ada' });
    const source = join(terminal.home, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'index.html'), 'one');
    const log = join(terminal.home, 'ssh.log');
    const bin = join(terminal.home, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\necho "$@" >> ${log}\nexit 255\n`, { mode: 0o755 });
    const path = process.env['PATH'];
    const asked = async (): Promise<string> => {
      terminal.input = execFileSync('tar', ['-cf', '-', '-C', source, '.']);
      process.env['PATH'] = `${bin}:${path ?? ''}`;
      try {
        assert.equal(await terminal.deis('builds:create', '-', '-f', 'peachy'), 1, terminal.err);
      } finally {
        process.env['PATH'] = path;
      }
      const lines = readFileSync(log, 'utf8');
      rmSync(log);
      return lines;
    };
    assert.match(await asked(), /git@127\.0\.0\.1/);
    terminal.env['DEIS_CONTROLLER'] = controller.url;
    terminal.env['DEIS_TOKEN'] = 't0ken';
    process.env['DEIS_TOKEN'] = 't0ken';
    try {
      const lines = await asked();
      assert.match(lines, /PreferredAuthentications=password .*token@127\.0\.0\.1/);
      assert.doesNotMatch(lines, /git@127|t0ken/);
    } finally {
      delete process.env['DEIS_TOKEN'];
    }
  });
});
