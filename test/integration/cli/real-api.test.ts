import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generateSshKeyPair } from '../../../provisioner/ssh/host-key.js';
import { waitUntil } from '../../../base/wait-until.js';
import { ApiHarness } from '../../support/server/api-harness.js';
import { storeLiveApp } from '../../support/server/stored-formation.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

/**
 * What the scripted controller of the other tests cannot show: that `deis` and the real API mean the same.
 */
describe('deis against the real API', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let server: Server;
  let url: string;
  const ada = new TestTerminal();
  const bob = new TestTerminal();

  const deis = async (terminal: TestTerminal, expected: number, ...words: string[]): Promise<string> => {
    const code = await terminal.deis(...words);
    assert.equal(code, expected, `deis ${words.join(' ')} exited with ${code}:\n${terminal.err}`);
    return terminal.out;
  };
  const json = async <T>(...words: string[]): Promise<T> =>
    JSON.parse(await deis(ada, 0, ...words, '--json')) as T;

  before(async () => {
    api = await ApiHarness.start();
    server = createServer(api.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await api.close();
    ada.dispose();
    bob.dispose();
  });

  it('registers the first user, and the second by invitation only', async () => {
    await deis(
      ada,
      0,
      'register',
      url,
      '--username=ada',
      '--password=correct horse battery',
      '--email=ada@example.com',
      '--known-hosts=yes',
    );
    assert.match(
      readFileSync(join(ada.home, '.ssh', 'known_hosts'), 'utf8'),
      /^\[127\.0\.0\.1\]:2222 ssh-ed25519 AAAA$/m,
    );
    assert.equal(await deis(ada, 0, 'whoami'), `ada (ada@example.com, admin) at ${url}\n`);
    const bobs = [
      'register',
      url,
      '--username=bob',
      '--password=correct horse battery',
      '--email=bob@example.com',
      '--known-hosts=no',
    ];
    await deis(bob, 2, ...bobs);
    const code = (await deis(ada, 0, 'users:invite', 'bob@example.com')).trim();
    await deis(bob, 0, ...bobs, `--code=${code}`);
    await deis(bob, 3, 'users:invite');
    assert.deepEqual(
      (await json<{ username: string }[]>('users')).map((user) => user.username),
      ['ada', 'bob'],
    );
    await deis(bob, 3, 'login', url, '--username=bob', '--password=wrong horse');
    assert.match(bob.err, /wrong username or password/);
  });

  it('adds and removes keys', async () => {
    const path = join(ada.home, '.ssh', 'id_ed25519.pub');
    mkdirSync(join(ada.home, '.ssh'), { recursive: true });
    const { publicKey } = generateSshKeyPair();
    writeFileSync(path, `${publicKey.trim().split(' ').slice(0, 2).join(' ')} ada@laptop\n`);
    await deis(ada, 0, 'keys:add');
    assert.match(ada.out, /^ada@laptop {2}SHA256:/);
    await deis(bob, 6, 'keys:add', path);
    assert.match(await deis(ada, 0, 'keys'), /^ID +FINGERPRINT +ADDED\nada@laptop +SHA256:/);
    await deis(ada, 0, 'keys:remove', 'ada@laptop');
    await deis(ada, 4, 'keys:remove', 'ada@laptop');
    writeFileSync(path, 'not a key\n');
    await deis(ada, 2, 'keys:add', path);
  });

  it('keeps providers and flavors', async () => {
    await deis(ada, 0, 'providers:create', '--type=mock', '--id=cloud', '--creds={"key":"right"}');
    await deis(ada, 2, 'providers:create', '--type=nimbus');
    await deis(ada, 0, 'flavors:create', '--id=small', '--provider=cloud', '--params={"size":"s"}');
    await deis(ada, 2, 'flavors:create', '--id=huge', '--provider=cloud', '--params={"size":"xxl"}');
    assert.match(ada.err, /size must be s or m/);
    await deis(
      ada,
      0,
      'flavors:update',
      'small',
      '--params={"size":"m"}',
      '--init=#cloud-config\nruncmd: [true]\n',
    );
    assert.match(await deis(ada, 0, 'flavors:info', 'small'), /params: +\{"size":"m"\}/);
    assert.match(await deis(ada, 0, 'providers:info', 'cloud'), /type: +mock/);
    assert.match(await deis(ada, 0, 'flavors'), /small +cloud/);
    await deis(ada, 6, 'providers:delete', 'cloud');
    assert.match(await deis(ada, 0, 'providers'), /cloud +mock/);
  });

  it('creates a formation that nobody else sees', async () => {
    assert.equal(await deis(ada, 0, 'create', 'peachy', '--flavor=small', '--known-hosts=no'), 'peachy\n');
    await deis(bob, 4, 'info', '-f', 'peachy');
    await deis(bob, 6, 'create', 'peachy', '--known-hosts=no');
    assert.match(
      await deis(ada, 0, 'info', '-f', 'peachy'),
      /git: +ssh:\/\/git@127\.0\.0\.1:2222\/peachy\.git/,
    );
    assert.match(await deis(ada, 0, 'formations'), /peachy/);
    await deis(ada, 2, 'create', 'Not A Name', '--known-hosts=no');
    await deis(
      ada,
      0,
      'layers:create',
      'extra',
      'small',
      '-f',
      'peachy',
      '--kind=custom',
      '--run_list=recipe[deis::default]',
      '--attributes={"a":1}',
      '--level=30',
      '--ssh-username=ops',
    );
    assert.match(
      await deis(ada, 0, 'layers', '-f', 'peachy'),
      /extra +custom +small +30 +0 +- +recipe\[deis::default\]/,
    );
    await deis(ada, 0, 'layers:destroy', 'extra', '-f', 'peachy');
    for (const group of ['nodes', 'ps', 'builds', 'releases', 'config', 'ops'])
      assert.equal(await deis(ada, 0, group, '-f', 'peachy'), '', group);
    assert.equal((await json<{ id: string }>('calculate', '-f', 'peachy')).id, 'peachy');
    for (const [group, what] of [
      ['nodes:info', 'x'],
      ['releases:info', 'v9'],
      ['config:get', 'NONE'],
      ['ops:show', 'x'],
    ] as const)
      await deis(ada, 4, group, what, ...(group === 'ops:show' ? [] : ['-f', 'peachy']));
  });

  it('follows operations to their end and exits as they did', async () => {
    api.worker.outcome = { state: 'succeeded', result: { release: 8 } };
    await deis(ada, 0, 'config:set', 'GREETING=a=b\n"c"', '-f', 'peachy');
    assert.match(ada.err, /set GREETING \(v8\)/);
    assert.equal(await deis(ada, 0, 'config:get', 'GREETING', '-f', 'peachy'), 'a=b\n"c"\n');
    await deis(ada, 0, 'scale', 'web=2', '-f', 'peachy');
    await deis(ada, 4, 'rollback', 'v7', '-f', 'peachy');
    await deis(ada, 6, 'run', '-f', 'peachy', 'true');
    assert.match(ada.err, /nothing is deployed yet/);
    const { stores } = api.parts;
    const formation = (await stores.formations.byName('peachy'))!;
    const { id: first } = (await stores.releases.byVersion(formation.id, 1))!;
    await storeLiveApp(stores, (await stores.layers.byName(formation.id, 'runtime'))!);
    await deis(ada, 6, 'rollback', 'v2', '-f', 'peachy');
    const [build] = await stores.builds.ofFormation(formation.id);
    await api.db
      .database('releases')
      .where({ id: first })
      .update({ build_id: build!.id, live_at: new Date() });
    await deis(ada, 0, 'rollback', 'v1', '-f', 'peachy');
    assert.deepEqual(
      (await api.asked('peachy'))
        .slice(-2)
        .map(({ kind, params }) => [kind, params['counts'] ?? params['rollbackTo']]),
      [
        ['scale-containers', { web: 2 }],
        ['deploy', 1],
      ],
    );
    api.worker.outcome = {
      state: 'failed',
      error: { message: 'peachy-runtime-1 cannot be reached', stderr: 'no route' },
    };
    await deis(ada, 1, 'layers:scale', 'runtime=1', '-f', 'peachy');
    assert.match(ada.err, /Error: peachy-runtime-1 cannot be reached\n {2}no route/);
    const [newest] = await json<{ id: string; state: string; kind: string }[]>('ops', '-f', 'peachy');
    assert.deepEqual([newest?.kind, newest?.state], ['scale-layers', 'failed']);
    await deis(ada, 1, 'ops:logs', newest!.id);
    assert.match(await deis(ada, 0, 'ops:show', newest!.id), /error: +peachy-runtime-1 cannot be reached/);
    await deis(bob, 4, 'ops:logs', newest!.id);
  });

  it('cancels a waiting operation, and the command that follows it exits 1', async () => {
    api.worker.outcome = undefined;
    const following = ada.deis('converge', '-f', 'peachy');
    const other = new TestTerminal();
    await deis(
      other,
      0,
      'login',
      url,
      '--username=ada',
      '--password=correct horse battery',
      '--known-hosts=no',
    );
    const waiting = async (): Promise<string | undefined> => {
      const operations = JSON.parse(await deis(other, 0, 'ops', '-f', 'peachy', '--json')) as {
        id: string;
        state: string;
      }[];
      return operations.find((operation) => operation.state === 'queued')?.id;
    };
    const id = await waitUntil(waiting, {
      deadlineMs: 5_000,
      intervalMs: 20,
      what: 'the converge to be queued',
    });
    assert.match(await deis(other, 0, 'ops:cancel', id), /converge .*: cancelled/);
    assert.equal(await following, 1);
    assert.match(ada.err, /converge was cancelled/);
    assert.match(await deis(other, 0, 'ops:cancel', id), /converge .*: cancelled/, 'once more does no harm');
    other.dispose();
  });

  it('says that a cancel comes too late', async () => {
    api.worker.outcome = { state: 'succeeded' };
    await deis(ada, 0, 'converge', '-f', 'peachy');
    const [newest] = JSON.parse(await deis(ada, 0, 'ops', '-f', 'peachy', '--json')) as { id: string }[];
    await deis(ada, 6, 'ops:cancel', newest!.id);
    assert.match(ada.err, /too late: converge .* succeeded at /);
  });

  it('runs a command and prints logs', async () => {
    api.commands.run = async ({ onStdout, onStderr }) => {
      onStdout?.(Buffer.from('out\n'));
      onStderr?.(Buffer.from('err\n'));
      return 7;
    };
    assert.equal(await deis(ada, 7, 'run', '-f', 'peachy', 'make', 'it so'), 'out\n');
    assert.equal(ada.err, 'err\n');
    api.commands.run = async () => 0;
    await deis(ada, 0, 'run', '-f', 'peachy', 'true');
    api.commands.logLines = [
      'web.1 1. 2026-01-01T00:00:00.000Z one',
      'web.1 1. 2026-01-01T00:00:01.000Z two',
    ];
    assert.equal(
      await deis(ada, 0, 'logs', '-n', '1', '-f', 'peachy'),
      '2026-01-01T00:00:01.000Z app[web.1]: two\n',
    );
  });

  it('destroys, and is logged out after logout', async () => {
    api.worker.outcome = { state: 'succeeded' };
    await deis(ada, 0, 'destroy', 'peachy', '--confirm=peachy');
    await deis(ada, 0, 'logout');
    await deis(ada, 3, 'formations');
  });
});
