import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { FakeController } from '../../support/fakes/fake-controller.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly hint?: string;
}

describe('deis doctor', () => {
  let controller: FakeController;
  let terminal: TestTerminal;
  let endpoint: Server;
  const git = (...words: string[]): void =>
    void execFileSync('git', words, {
      cwd: terminal.cwd,
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
    });
  const url = (user: string): string =>
    `ssh://${user}@127.0.0.1:${(endpoint.address() as AddressInfo).port}/peachy.git`;
  const actAs = (scope: string): void => {
    controller.answer('GET /api/auth/whoami', 200, {
      username: 'ada',
      email: 'ada@example.com',
      is_admin: false,
      token: { name: 'ci', scope, formation: scope === 'deploy' ? 'peachy' : null, expires_at: null },
    });
    if (scope === 'all') controller.list('/api/keys', []);
    else controller.problem('GET /api/keys', 403, `a token of scope ${scope} may not do this`);
  };
  const findings = async (exitCode: number): Promise<Map<string, Finding>> => {
    assert.equal(await terminal.deis('doctor', '--json'), exitCode, terminal.out + terminal.err);
    return new Map((JSON.parse(terminal.out) as Finding[]).map((each) => [each.check, each]));
  };

  beforeEach(async () => {
    endpoint = createServer((socket) => socket.end('SSH-2.0-test\r\n')).listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    Object.assign(terminal.env, { DEIS_CONTROLLER: controller.url, DEIS_TOKEN: 't0ken' });
    const info = controller.info();
    const { port } = endpoint.address() as AddressInfo;
    controller.answer('GET /api/info', 200, { ...info, git: { ...(info['git'] as object), port } });
    controller.answer('GET /api/formations/peachy', 200, { id: 'peachy', git_url: url('git') });
    git('init', '-q');
  });
  afterEach(async () => {
    await controller.stop();
    endpoint.close();
    terminal.dispose();
  });

  it('asks for a key of somebody who pushes with one', async () => {
    actAs('all');
    assert.equal((await findings(1)).get('keys')?.found, 'no key of yours may push');
    git('remote', 'add', 'deis', url('git'));
    assert.equal((await findings(1)).get('keys')?.ok, false);
  });

  it('asks for no key where the token itself pushes, and is content', async () => {
    for (const [scope, user] of [
      ['deploy', undefined],
      ['all', 'token'],
    ] as const) {
      actAs(scope);
      if (user !== undefined) git('remote', 'add', 'deis', url(user));
      assert.equal(await terminal.deis('git:remote', '-f', 'peachy', '--with-token', '--known-hosts=yes'), 0);
      const found = await findings(0);
      assert.match(found.get('keys')?.found ?? '', /^none needed: the token itself pushes/);
      assert.equal(found.get('formation')?.found, 'peachy');
      git('remote', 'remove', 'deis');
    }
    assert.equal(controller.to('GET /api/keys').length, 0);
  });

  it('says of a controller that is down how to start it, and nothing of what cannot be seen then', async () => {
    git('remote', 'add', 'deis', url('git'));
    await controller.stop();
    const found = await findings(1);
    assert.deepEqual([...found.keys()], ['git', 'login', 'controller']);
    assert.equal(found.get('controller')?.ok, false);
    assert.match(found.get('controller')?.hint ?? '', /systemctl status deis-controller/);
  });

  it('asks a token that cannot push for neither a key nor a host key', async () => {
    actAs('read');
    const found = await findings(0);
    assert.equal(found.get('token')?.found, 'ada, scope read');
    assert.match(found.get('keys')?.found ?? '', /scope read does not push/);
    assert.equal(found.has('known_hosts'), false);
  });
});
