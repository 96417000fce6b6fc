import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { FakeController, openStream, sendEvent } from '../../support/fakes/fake-controller.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

const url = 'ssh://git@127.0.0.1:2222/peachy.git';
const formation = {
  id: 'peachy',
  owner: 'ada',
  generation: 1,
  scale: { web: 2 },
  live_release: 7,
  domains: [],
  urls: ['http://10.0.0.5/'],
  layers: { runtime: { count: 2, nodes_ready: 1 } },
  git_url: url,
  created_at: '2026-01-01T00:00:00.000Z',
};

describe('commands on a formation', () => {
  let controller: FakeController;
  let terminal: TestTerminal;
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: terminal.cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({
      controller: controller.url,
      username: 'ada',
      token: 't0ken',
      git: '127.0.0.1:2222',
    });
    controller.answer('POST /api/formations', 201, formation);
    controller.answer('GET /api/formations/peachy', 200, formation);
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  for (const branch of ['master', 'main'])
    it(`create adds the remote deis to a repository on ${branch}, and then other commands need no name`, async () => {
      git('init', '-b', branch);
      assert.equal(
        await terminal.deis('create', '--id=peachy', '--flavor=docker', '--known-hosts=no'),
        0,
        terminal.err,
      );
      assert.deepEqual(controller.to('POST /api/formations')[0]?.body, { id: 'peachy', flavor: 'docker' });
      assert.equal(terminal.out, 'peachy\n');
      assert.match(terminal.err, new RegExp(`git push deis ${branch}\\n$`));
      assert.equal(git('remote', 'get-url', 'deis'), url);
      assert.equal(await terminal.deis('info', '--json'), 0, terminal.err);
      assert.deepEqual(JSON.parse(terminal.out), formation);
      assert.equal(await terminal.deis('info'), 0);
      assert.match(terminal.out, /layers: +runtime: 1 of 2 nodes ready \(deis nodes\)/);
    });

  it('create outside a repository says what to do, and leaves a remote of another formation alone', async () => {
    assert.equal(await terminal.deis('create', 'peachy', '--known-hosts=no'), 0);
    assert.match(terminal.err, new RegExp(`git remote add deis ${url}`));
    assert.match(terminal.err, /Next: deis layers:scale runtime=1 proxy=1, and git push deis HEAD:master\n$/);
    controller.answer('POST /api/formations', 201, { ...formation, layers: {} });
    assert.equal(await terminal.deis('create', 'peachy', '--no-remote'), 0);
    assert.equal(terminal.out, 'peachy\n');
    assert.match(
      terminal.err,
      /has no layers yet.*`deis flavors`:\n.*layers:create runtime FLAVOR -f peachy[^]*layers:create box FLAVOR -f peachy, and deis layers:scale box=1 -f peachy/,
    );
    assert.doesNotMatch(terminal.err, /push deis/, 'there is no such remote');
    assert.match(terminal.err, /proxy=1 -f peachy, and a push to ssh:\/\//);
    git('init');
    git('remote', 'add', 'deis', 'ssh://git@127.0.0.1:2222/older.git');
    assert.equal(await terminal.deis('create', 'peachy', '--known-hosts=no'), 0);
    assert.match(terminal.err, /Warning:.*older\.git: left as it is/);
    assert.equal(git('remote', 'get-url', 'deis'), 'ssh://git@127.0.0.1:2222/older.git');
    assert.equal(await terminal.deis('git:remote', '-f', 'peachy', '--known-hosts=no'), 0);
    assert.equal(git('remote', 'get-url', 'deis'), url);
    assert.equal(await terminal.deis('create', 'peachy', '--id=other'), 2);
  });

  it('git:remote --with-token logs in as token, by a program without a token in it, and back', async () => {
    git('init');
    const remote = (...more: string[]): Promise<number> =>
      terminal.deis('git:remote', '-f', 'peachy', '--known-hosts=no', ...more);
    assert.equal(await remote('--with-token'), 0, terminal.err);
    assert.equal(git('remote', 'get-url', 'deis'), 'ssh://token@127.0.0.1:2222/peachy.git');
    const program = join(terminal.cwd, '.git', 'deis-ssh');
    assert.equal(git('config', 'core.sshCommand'), `'${program}'`);
    assert.doesNotMatch(readFileSync(program, 'utf8'), /t0ken/);
    assert.equal(await terminal.deis('info', '--json'), 0, terminal.err);
    assert.equal(await remote(), 0);
    assert.equal(git('remote', 'get-url', 'deis'), url);
    for (const host of ['a$(touch x)', 'a`x`', "a'b", 'a"b', 'a;b', 'a*']) {
      const answer = { ...formation, git_url: `ssh://git@${host}/peachy.git` };
      controller.answer('GET /api/formations/peachy', 200, answer);
      assert.notEqual(await remote('--with-token'), 0, host);
    }
  });

  it('ps shows what containers were seen to do, and since when', async () => {
    const row = { type: 'web', node: 'peachy-runtime-1', port: 5000, release: 7, state: 'serving' };
    const seen = { state: 'up', restarts: 0, exit_code: null, out_of_memory: false, at: new Date() };
    const hourAgo = new Date(Date.now() - 3600_500);
    const crash = { ...seen, state: 'crashing', restarts: 12, exit_code: 1, since: hourAgo };
    const usage = { cpu: 0.0312, memory: 84_000_000, memory_limit: 512_000_000, at: hourAgo };
    controller.list('/api/formations/peachy/containers', [
      { ...row, num: 1, name: 'web.1', seen: { ...seen, since: hourAgo }, usage },
      { ...row, num: 2, name: 'web.2', port: 5001, seen: crash, usage: { ...usage, memory_limit: null } },
      {
        ...row,
        num: 3,
        name: 'web.3',
        port: 5002,
        seen: { ...crash, exit_code: 137, out_of_memory: true },
        usage: null,
      },
      { ...row, num: 4, name: 'web.4', port: 5003, seen: null, usage: null },
      {
        ...row,
        num: 5,
        name: 'web.5',
        port: 5004,
        state: 'starting',
        seen: { ...seen, since: hourAgo },
        usage: null,
      },
    ]);
    const size = { memory: 2 ** 31, cpus: 2 };
    const left = { limits: size, use: { memory: 2 ** 30, cpus: 1.5 } };
    controller.list('/api/formations/peachy/nodes', [
      { id: 'peachy-runtime-1', kind: 'runtime', size, left },
    ]);
    assert.equal(await terminal.deis('ps', '-f', 'peachy'), 0, terminal.err);
    const lines = terminal.out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 7).join('|'));
    assert.deepEqual(lines.slice(0, 6), [
      'NAME|STATE|SINCE|RESTARTS|LAST EXIT|CPU|MEMORY',
      'web.1|serving|60 min 0 s ago|0|-|0.03|84.0 MB of 512.0 MB',
      'web.2|crashing|60 min 0 s ago|12|1|0.03|84.0 MB',
      'web.3|crashing|60 min 0 s ago|12|137 (out of memory)|-|-',
      'web.4|serving|-|-|-|-|-',
      'web.5|starting|60 min 0 s ago|0|-|-|-',
    ]);
    assert.deepEqual(lines.slice(6), [
      '',
      'NODE|MEMORY LEFT|CPU LEFT',
      'peachy-runtime-1|2048M of 2048M, now 1024M|2 of 2, now 1.5',
      '',
    ]);
  });

  it('destroy wants the name typed, and takes the remote away', async () => {
    git('init');
    git('remote', 'add', 'deis', url);
    controller.operation(
      'DELETE /api/formations/peachy',
      [{ id: 1, event: 'end', data: { state: 'succeeded' } }],
      { state: 'succeeded' },
    );
    assert.equal(await terminal.deis('destroy'), 2);
    assert.match(terminal.err, /--confirm=peachy/);
    terminal.interactive = true;
    terminal.answers.push('peach');
    assert.equal(await terminal.deis('destroy'), 2);
    assert.deepEqual(controller.to('DELETE /api/formations/peachy'), []);
    terminal.answers.push('peachy');
    assert.equal(await terminal.deis('destroy'), 0, terminal.err);
    assert.equal(git('remote'), '');
  });

  it('sends config values as they are typed, and null to unset', async () => {
    const route = 'POST /api/formations/peachy/config';
    controller.operation(route, [{ id: 1, event: 'end', data: { state: 'succeeded' } }], {
      state: 'succeeded',
      result: { release: 8 },
    });
    assert.equal(
      await terminal.deis('config:set', 'URL=a=b=c', 'TEXT=one\n"two" \'three\' $x ü', '-f', 'peachy'),
      0,
      terminal.err,
    );
    controller.answer('GET /api/formations/peachy/config', 200, { version: 2, values: { URL: 'a=b=c' } });
    assert.equal(await terminal.deis('config:unset', 'URL', 'ULR', '-f', 'peachy'), 0);
    assert.deepEqual(
      controller.to(route).map((request) => request.body),
      [{ values: { URL: 'a=b=c', TEXT: 'one\n"two" \'three\' $x ü' } }, { values: { URL: null } }],
    );
    assert.match(terminal.err, /Not set in peachy: ULR\n[^]*removed URL \(v8\)/);
    assert.equal(await terminal.deis('config:unset', 'ULR', '-f', 'peachy'), 0);
    assert.match(terminal.err, /Nothing to change/);
    assert.equal(controller.to(route).length, 2);
    assert.ok(!terminal.err.includes('a=b=c'));
    controller.operation(route, [], { state: 'succeeded', result: { release: 8, unchanged: true } });
    assert.equal(await terminal.deis('config:set', 'A=1', '-f', 'peachy'), 0, terminal.err);
    assert.match(terminal.err, /^Config of peachy: unchanged \(v8\)$/m);
  });

  it('prints config for people, shells and programs', async () => {
    controller.answer('GET /api/formations/peachy/config', 200, {
      version: 3,
      values: { B: "it's\nnew", A: '1' },
    });
    await terminal.deis('config', '-f', 'peachy');
    assert.equal(terminal.out, "A: 1\nB: it's\\nnew\n");
    await terminal.deis('config', '-f', 'peachy', '--shell');
    assert.equal(
      execFileSync('sh', ['-c', `${terminal.out}printf %s "$A-$B"`], { encoding: 'utf8' }),
      "1-it's\nnew",
    );
    await terminal.deis('config', '-f', 'peachy', '--json');
    assert.deepEqual(JSON.parse(terminal.out), { A: '1', B: "it's\nnew" });
    await terminal.deis('config:get', 'B', '-f', 'peachy');
    assert.equal(terminal.out, "it's\nnew\n");
    assert.equal(await terminal.deis('config:get', 'C', '-f', 'peachy'), 4);
  });

  it('reads a list over all its pages', async () => {
    controller.answer('GET /api/formations/peachy/releases', 200, {
      count: 2,
      next: '/api/formations/peachy/releases?limit=1&cursor=x',
      previous: null,
      results: [
        {
          version: 2,
          state: 'live',
          live: true,
          summary: 'ada added A',
          sha: null,
          created_by: 'ada',
          created_at: 'now',
        },
      ],
    });
    controller.answer('GET /api/formations/peachy/releases?limit=1&cursor=x', 200, {
      count: 2,
      next: null,
      previous: 'y',
      results: [
        {
          version: 1,
          state: 'superseded',
          live: false,
          summary: 'first',
          sha: 'abcdef0123',
          created_by: 'ada',
          created_at: 'then',
        },
      ],
    });
    assert.equal(await terminal.deis('releases', '-f', 'peachy', '--json'), 0, terminal.err);
    assert.deepEqual(
      (JSON.parse(terminal.out) as { version: number }[]).map((release) => release.version),
      [2, 1],
    );
    await terminal.deis('releases', '-f', 'peachy');
    assert.equal(
      terminal.out.split('\n')[0],
      'RELEASE  STATE       ROLLBACK  COMMIT    SUMMARY      BY   CREATED',
    );
    await terminal.deis('releases', '-f', 'peachy', '-n', '1', '--json');
    assert.equal((JSON.parse(terminal.out) as unknown[]).length, 1);
  });

  it('never sends the token where the answer of a list points', async () => {
    controller.answer('GET /api/formations/peachy/nodes', 200, {
      count: 2,
      next: 'http://127.0.0.1:9/api/formations/peachy/nodes?cursor=x',
      previous: null,
      results: [],
    });
    controller.list('/api/formations/peachy/nodes?cursor=x', []);
    assert.equal(await terminal.deis('nodes', '-f', 'peachy', '--json'), 0, terminal.err);
    assert.equal(terminal.out, '[]\n');
  });

  it('says on stderr that a list is empty, and keeps stdout for data', async () => {
    controller.list('/api/formations/peachy/containers', []);
    assert.equal(await terminal.deis('ps', '-f', 'peachy'), 0);
    assert.equal(terminal.out, '');
    assert.match(terminal.err, /No containers/);
  });

  it('takes credentials and parameters from files, and quotes neither in an error', async () => {
    writeFileSync(join(terminal.cwd, 'creds.json'), '{"key": "s3cret"}');
    controller.answer('POST /api/providers', 201, { id: 'ec2', type: 'ec2', created_at: 'now' });
    assert.equal(
      await terminal.deis('providers:create', '--type=ec2', '--creds=@creds.json'),
      0,
      terminal.err,
    );
    assert.deepEqual(controller.to('POST /api/providers')[0]?.body, {
      id: 'ec2',
      type: 'ec2',
      creds: { key: 's3cret' },
    });
    assert.equal(await terminal.deis('providers:create', '--type=ec2', '--creds={"key": "s3cret"'), 2);
    assert.ok(!terminal.err.includes('s3cret'));
    assert.equal(await terminal.deis('providers:create', '--type=ec2', '--creds=[1]'), 2);
    assert.equal(await terminal.deis('providers:create', '--type=ec2', '--creds=@missing.json'), 2);
  });

  it('adds the only public key of ~/.ssh, and never sends a private one', async () => {
    controller.answer('POST /api/keys', 201, {
      id: 'ada',
      fingerprint: 'SHA256:x',
      public: 'ssh-ed25519 AAAA ada',
      created_at: 'now',
    });
    assert.equal(await terminal.deis('keys:add'), 2);
    const ssh = join(terminal.home, '.ssh');
    mkdirSync(ssh);
    writeFileSync(join(ssh, 'id_ed25519'), '-----BEGIN OPENSSH PRIVATE KEY-----\n');
    writeFileSync(join(ssh, 'id_ed25519.pub'), 'ssh-ed25519 AAAA ada\n');
    assert.equal(await terminal.deis('keys:add'), 0, terminal.err);
    assert.equal(await terminal.deis('keys:add', join(ssh, 'id_ed25519')), 2);
    assert.match(terminal.err, /is a private key/);
    writeFileSync(join(ssh, 'ada.ppk'), 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n');
    assert.equal(await terminal.deis('keys:add', join(ssh, 'ada.ppk')), 2);
    assert.match(terminal.err, /ada\.ppk is a private key/);
    assert.deepEqual(
      controller.to('POST /api/keys').map((request) => request.body),
      [{ public: 'ssh-ed25519 AAAA ada' }],
    );
    writeFileSync(join(ssh, 'other.pub'), 'ssh-ed25519 BBBB other\n');
    assert.equal(await terminal.deis('keys:add'), 2);
    terminal.interactive = true;
    terminal.answers.push('2');
    assert.equal(await terminal.deis('keys:add'), 0);
    assert.deepEqual(controller.to('POST /api/keys').at(-1)?.body, { public: 'ssh-ed25519 BBBB other' });
  });

  it('prints logs as they are and the address of the app', async () => {
    controller.on(
      'GET /api/formations/peachy/logs',
      (_request, response) => void response.end('2026-01-01T00:00:00.000Z app[web.1]: hello\n'),
    );
    assert.equal(await terminal.deis('logs', '-n', '5', '-f', 'peachy'), 0);
    assert.equal(terminal.out, '2026-01-01T00:00:00.000Z app[web.1]: hello\n');
    assert.match(controller.requests.at(-1)!.path, /lines=5$/);
    controller.on('GET /api/formations/peachy/logs', (_request, response) => void response.end());
    for (const [words, said] of [
      [[], 'No log lines yet'],
      [['--ps=wep', '--grep=a b'], 'No log lines of wep, with "a b": `deis ps`'],
    ] as const) {
      assert.equal(await terminal.deis('logs', ...words, '-f', 'peachy'), 0);
      assert.deepEqual([terminal.out, terminal.err.includes(said)], ['', true], terminal.err);
    }
    assert.equal(await terminal.deis('open', '-f', 'peachy'), 0);
    assert.equal(terminal.out, 'http://10.0.0.5/\n');
    assert.equal(await terminal.deis('open', '--json', '-f', 'peachy'), 0);
    assert.deepEqual(JSON.parse(terminal.out), { url: 'http://10.0.0.5/' });
    controller.answer('GET /api/formations/peachy', 200, {
      ...formation,
      domains: ['*.example.com', 'www.example.com'],
      urls: ['https://www.example.com/'],
    });
    assert.equal(await terminal.deis('open', '-f', 'peachy'), 0);
    assert.equal(terminal.out, 'https://www.example.com/\n');
    controller.answer('GET /api/formations/peachy', 200, { ...formation, domains: ['*.a.b'], urls: [] });
    assert.equal(await terminal.deis('open', '-f', 'peachy'), 6);
    assert.match(terminal.err, /answers to \*\.a\.b alone[^]*domains:add/);
    controller.answer('GET /api/formations/peachy', 200, { ...formation, urls: [] });
    assert.equal(await terminal.deis('open', '-f', 'peachy'), 6);
    assert.match(terminal.err, /layers:scale proxy=1/);
  });

  it('domains:add says where the DNS record has to point, and of guests nothing that never was', async () => {
    const node = { layer: 'edge', kind: 'proxy', status: 'ready', address: '203.0.113.5' };
    controller.operation('POST /api/formations/peachy/domains', [], { state: 'succeeded' });
    const add = async (nodes: object[], on: string | null): Promise<string> => {
      controller.list('/api/formations/peachy/nodes', nodes);
      controller.answer('GET /api/formations/peachy', 200, { ...formation, on });
      assert.equal(await terminal.deis('domains:add', 'a.example.com', '-f', 'peachy'), 0, terminal.err);
      return terminal.err;
    };
    const runtime = { ...node, layer: 'runtime', kind: 'runtime', address: '203.0.113.7' };
    const both = [node, { ...node, kind: 'box', address: '203.0.113.6' }, runtime];
    assert.match(
      await add(both, null),
      /Added a\.example\.com\. Point its DNS record at the proxies: 203\.0\.113\.5, 203\.0\.113\.6\nThe app answers to its domains alone now/,
    );
    assert.match(await add([node], 'platform'), /record at the proxy: 203\.0\.113\.5\n$/);
    assert.match(
      await add([{ ...node, status: 'lost' }, runtime], 'platform'),
      /points at a proxy, and none is ready yet: deis nodes\n$/,
    );
  });

  it('asks for lines of a time and a source, and prints what the controller says of them to stderr', async () => {
    const line = '2026-01-01T00:00:00.000Z deis[deploy]: deploy begins\n';
    const note = '2026-01-01T00:00:01.000Z deis[controller]: the log server is away\n';
    controller.on(
      'GET /api/formations/peachy/logs',
      (_request, response) => void response.end(`${line}${note}`),
    );
    const words = ['--source=deis', '--since=2026-01-01T00:00:00Z', '--until=2026-01-02T00:00:00Z'];
    for (const isTTY of [false, true]) {
      Object.assign(terminal.stdout, { isTTY });
      assert.equal(await terminal.deis('logs', ...words, '-f', 'peachy'), 0);
      assert.deepEqual([terminal.out, terminal.err], [line, note]);
    }
    const { searchParams } = new URL(controller.requests.at(-1)!.path, controller.url);
    assert.deepEqual(Object.fromEntries(searchParams), {
      lines: '100',
      source: 'deis',
      since: '2026-01-01T00:00:00.000Z',
      until: '2026-01-02T00:00:00.000Z',
    });
    assert.equal(await terminal.deis('logs', 'web.1', '-f', 'peachy'), 0);
    assert.match(controller.requests.at(-1)!.path, /[?&]ps=web\.1$/);
    assert.equal(await terminal.deis('logs', 'web', '--ps=worker', '-f', 'peachy'), 2);
    assert.match(terminal.err, /"web" and --ps=worker are one process too many/);
    assert.equal(await terminal.deis('logs', '--tail', '--until=1h', '-f', 'peachy'), 2);
    assert.match(terminal.err, /--tail and --until exclude each other/);
    assert.equal(await terminal.deis('logs', '--until=late', '-f', 'peachy'), 2);
    assert.match(terminal.err, /--until=late is not a valid time/);
  });

  it('says how much of the logs is kept', async () => {
    const kept = {
      bytes: 2_500_000,
      files: 3,
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-02T00:00:00.000Z',
      max_bytes: 1_000_000_000,
      max_days: 7,
      server: 'away',
    };
    controller.answer('GET /api/formations/peachy/logs/kept', 200, kept);
    assert.equal(await terminal.deis('logs:info', '-f', 'peachy'), 0);
    for (const said of ['2.5 MB of 1.0 GB, in 3 files', kept.from, '7 days', 'lines wait on the nodes'])
      assert.ok(terminal.out.includes(said), terminal.out);
    assert.equal(await terminal.deis('logs:info', '--json', '-f', 'peachy'), 0);
    assert.deepEqual(JSON.parse(terminal.out), kept);
  });

  it('lets no log line drive the terminal, loses nothing of it, and changes no byte elsewhere', async () => {
    const prefix = '2026-01-01T00:00:00.000Z app[web.1]: ';
    const text =
      `${prefix}\u001b]0;owned\u0007\u001b[2J\u009b1A\u001b[31mred\n${prefix}10%\r99%\r\r100% 1\r\n` +
      `${prefix}a\u2028b\t\u0000c\n${prefix}\rback\n\u001b[8mother\n`;
    const tidy =
      `${prefix}]0;owned[2J1A\u001b[31mred\u001b[0m\n${prefix}10%\n${prefix}99%\n${prefix}100% 1\n` +
      `${prefix}a\u2028b\tc\n${prefix}back\n\u001b[8mother\u001b[0m\n`;
    controller.on('GET /api/formations/peachy/logs', (_request, response) => void response.end(text));
    controller.on('GET /api/formations/peachy/logs/follow', (_request, response) => {
      openStream(response);
      for (const line of text.split('\n').slice(0, -1))
        sendEvent(response, { event: 'line', data: { text: line } });
      response.end();
    });
    for (const [words, code] of [
      [[], 0],
      [['--tail'], 5],
    ] as const) {
      Object.assign(terminal.stdout, { isTTY: false });
      assert.equal(await terminal.deis('logs', ...words, '-f', 'peachy'), code);
      assert.equal(terminal.out, text);
      Object.assign(terminal.stdout, { isTTY: true });
      assert.equal(await terminal.deis('logs', ...words, '-f', 'peachy'), code);
      assert.equal(terminal.out, tidy);
      assert.equal(await terminal.deis('logs', '--raw', ...words, '-f', 'peachy'), code);
      assert.equal(terminal.out, text);
    }
  });

  it('says where -f belongs when it stands behind the words to run', async () => {
    assert.equal(await terminal.deis('run', 'env', '-f', 'peachy'), 2);
    assert.match(terminal.err, /which formation\?\n.*-f stands behind the command to run/);
  });

  it('takes the formation before the command too, as in 2013, and by its other name', async () => {
    for (const words of [
      ['-f', 'peachy', 'info'],
      ['--formation=peachy', 'info'],
      ['info', '--app=peachy'],
      ['info', '-apeachy'],
      ['-a', 'peachy', 'formations:info'],
    ])
      assert.equal(await terminal.deis(...words), 0, `${words.join(' ')}: ${terminal.err}`);
  });
});
