import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockProvider } from '../../../provisioner/providers/mock/mock-provider.js';
import { ApiHarness } from '../../support/server/api-harness.js';
import { storeNode } from '../../support/server/stored-formation.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

const password = 'correct horse battery';

/**
 * `deis` and the real API: accounts, tokens, roles, the audit log. Ada is the platform's admin, Bob owns
 * peachy, Cleo is a stranger.
 */
describe('deis about people', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let server: Server;
  let url: string;
  const [ada, bob, cleo] = [new TestTerminal(), new TestTerminal(), new TestTerminal()];

  const deis = async (terminal: TestTerminal, expected: number, ...words: string[]): Promise<string> => {
    const code = await terminal.deis(...words);
    assert.equal(
      code,
      expected,
      `deis ${words.join(' ')} exited with ${code}:\n${terminal.out}${terminal.err}`,
    );
    return terminal.out;
  };
  const json = async <T>(terminal: TestTerminal, ...words: string[]): Promise<T> =>
    JSON.parse(await deis(terminal, 0, ...words, '--json')) as T;
  const register = (
    terminal: TestTerminal,
    username: string,
    expected: number,
    ...more: string[]
  ): Promise<string> =>
    deis(
      terminal,
      expected,
      'register',
      url,
      `--username=${username}`,
      `--password=${password}`,
      `--email=${username}@example.com`,
      '--known-hosts=no',
      ...more,
    );
  const statusWith = async (token: string, method: string, path: string, body?: object): Promise<number> => {
    const headers = { Authorization: `token ${token}`, 'Content-Type': 'application/json' };
    return (
      await fetch(`${url}/api${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    ).status;
  };

  before(async () => {
    api = await ApiHarness.start();
    api.worker.outcome = { state: 'succeeded' };
    server = createServer(api.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await register(ada, 'ada', 0);
    for (const [terminal, name] of [
      [bob, 'bob'],
      [cleo, 'cleo'],
    ] as const) {
      const { code } = await json<{ code: string }>(ada, 'users:invite', `${name}@example.com`);
      await register(terminal, name, 0, `--code=${code}`);
    }
    await deis(bob, 0, 'create', 'peachy', '--flavor=mock', '--known-hosts=no');
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await api.close();
    for (const terminal of [ada, bob, cleo]) terminal.dispose();
  });

  describe('users', () => {
    it('are listed for admins alone', async () => {
      assert.deepEqual(
        (await json<{ username: string; is_admin: boolean }[]>(ada, 'users')).map(
          ({ username, is_admin: isAdmin }) => [username, isAdmin],
        ),
        [
          ['ada', true],
          ['bob', false],
          ['cleo', false],
        ],
      );
      assert.match(await deis(ada, 0, 'users'), /^USERNAME +E-MAIL +ADMIN\nada +ada@example\.com +yes\n/);
      assert.equal(await deis(bob, 3, 'users'), '');
      assert.match(bob.err, /only an admin/);
    });

    it('register as the mode says, which only an admin sets, and to one of three', async () => {
      assert.deepEqual(await json(ada, 'users:registration', 'closed'), { registration: 'closed' });
      const { code } = await json<{ code: string }>(ada, 'users:invite');
      const dora = new TestTerminal();
      try {
        await register(dora, 'dora', 3, `--code=${code}`);
        assert.match(dora.err, /takes no new users[\s\S]*users:registration invite/);
        assert.equal(await deis(ada, 0, 'users:registration', 'open'), 'open\n');
        await register(dora, 'dora', 0);
      } finally {
        dora.dispose();
      }
      await deis(ada, 2, 'users:registration', 'everybody');
      assert.match(ada.err, /mode/);
      await deis(ada, 2, 'users:registration');
      await deis(bob, 3, 'users:registration', 'open');
      await deis(ada, 0, 'users:registration', 'invite');
    });
  });

  describe('providers that give the host', () => {
    before(() => {
      const connect = () =>
        Object.assign(new MockProvider({ instance: 'i', cloud: new Map() }), { givesHost: true });
      api.providers.set('docker', connect);
    });

    it('are allowed by name, and what somebody still has of them is said when the leave goes', async () => {
      const { stores } = api.parts;
      assert.equal(await deis(ada, 0, 'providers:allowed'), '');
      assert.match(ada.err, /Only platform admins may: deis providers:allow USERNAME docker/);
      await deis(ada, 0, 'providers:allow', 'bob', 'docker');
      assert.match(ada.err, /^bob may launch nodes of type docker\n.*root on the controller's host\n$/);
      const [leave] = await json<{ username: string; type: string }[]>(ada, 'providers:allowed');
      assert.deepEqual([leave?.username, leave?.type], ['bob', 'docker']);
      assert.match(
        await deis(ada, 0, 'providers:allowed'),
        /^USERNAME +TYPE +ALLOWED BY +SINCE\nbob +docker +ada +20\d\d-.*\n$/,
      );
      await deis(bob, 0, 'providers:create', '--type=docker');
      await deis(bob, 0, 'flavors:create', '--id=docker', '--provider=docker');
      await deis(bob, 0, 'create', 'hosted', '--flavor=docker', '--known-hosts=no');
      const layer = await stores.layers.byName((await stores.formations.byName('hosted'))!.id, 'runtime');
      const node = await storeNode(stores, layer!, 1);
      await deis(ada, 0, 'providers:disallow', 'bob', 'docker');
      assert.match(
        ada.err,
        /^bob launches no more nodes of type docker\nWarning: 1 node of theirs runs on: .* are destroyed\n$/,
      );
      await deis(ada, 4, 'providers:disallow', 'bob', 'docker');
      await stores.nodes.delete(node.id);
      await deis(ada, 0, 'providers:allow', 'bob', 'docker');
      assert.deepEqual(await json(ada, 'providers:disallow', 'bob', 'docker'), {
        username: 'bob',
        type: 'docker',
        nodes: 0,
      });
      await deis(bob, 3, 'flavors:check', 'docker');
      assert.match(bob.err, /Ask a platform admin for `deis providers:allow bob docker`/);
      for (const words of [['allowed'], ['allow', 'bob', 'docker'], ['disallow', 'bob', 'docker']])
        await deis(bob, 3, `providers:${words[0]}`, ...words.slice(1));
      await deis(ada, 2, 'providers:allow', 'bob', 'mock');
      assert.match(ada.err, /"mock" is not a provider type that needs leave: expected docker/);
    });
  });

  describe('passwd', () => {
    const lines = async (terminal: TestTerminal, expected: number, ...given: string[]): Promise<void> => {
      terminal.input = given.join('\n');
      await deis(terminal, expected, 'auth:passwd');
      terminal.input = '';
    };

    it('takes the old password and a new one that is good enough, and says what is wrong with others', async () => {
      await lines(cleo, 2, password);
      assert.match(cleo.err, /the old password and the new one from standard input/);
      await lines(cleo, 2, password, 'short');
      assert.match(cleo.err, /new_password/);
      await lines(cleo, 2, 'wrong horse battery', 'another horse battery');
      assert.match(cleo.err, /^Error: that is not your password$/m);
      assert.doesNotMatch(cleo.err + cleo.out, /horse/);
      await deis(cleo, 0, 'whoami');
    });

    it('ends all other sessions, and asks a person twice', async () => {
      const old = new TestTerminal();
      try {
        await deis(old, 0, 'login', url, '--username=cleo', `--password=${password}`, '--known-hosts=no');
        Object.assign(cleo, { interactive: true });
        cleo.answers.push(password, 'another horse battery', 'another house battery');
        await deis(cleo, 2, 'auth:passwd');
        assert.match(cleo.err, /differ/);
        cleo.questions.length = 0;
        cleo.answers.push(password, 'another horse battery', 'another horse battery');
        await deis(cleo, 0, 'auth:passwd');
        assert.deepEqual(
          cleo.questions.map(({ secret }) => secret),
          [true, true, true],
        );
        await deis(cleo, 0, 'whoami');
        await deis(old, 3, 'whoami');
        await deis(old, 3, 'login', url, '--username=cleo', `--password=${password}`, '--known-hosts=no');
        await deis(
          old,
          0,
          'login',
          url,
          '--username=cleo',
          '--password=another horse battery',
          '--known-hosts=no',
        );
      } finally {
        Object.assign(cleo, { interactive: false });
        old.dispose();
      }
    });
  });

  describe('tokens', () => {
    interface Token {
      readonly id: number;
      readonly name: string;
      readonly scope: string;
      readonly formation: string | null;
      readonly current: boolean;
      readonly expires_at: string | null;
      readonly token?: string;
    }

    it('are shown once, listed without themselves, and revoked', async () => {
      const text = (await deis(bob, 0, 'tokens:create', 'ci', '--days=30')).trim();
      assert.match(text, /^[\w-]{43}$/);
      const all = await json<Token[]>(bob, 'tokens');
      const made = all.find(({ name }) => name === 'ci')!;
      assert.deepEqual(
        [made.scope, made.formation, made.current, made.expires_at?.slice(0, 10)],
        ['all', null, false, '2026-12-21'],
      );
      assert.equal(all.filter(({ current }) => current).length, 1);
      assert.doesNotMatch(await deis(bob, 0, 'tokens'), new RegExp(text));
      assert.equal(await statusWith(text, 'GET', '/auth/whoami'), 200);
      await deis(bob, 0, 'tokens:revoke', String(made.id));
      assert.equal(await statusWith(text, 'GET', '/auth/whoami'), 401);
      await deis(bob, 4, 'tokens:revoke', String(made.id));
    });

    it('of a formation deploy it, and do nothing else, there or elsewhere', async () => {
      await deis(bob, 0, 'create', 'quiet', '--flavor=mock', '--known-hosts=no');
      const { token, formation } = await json<Token>(
        bob,
        'tokens:create',
        'deployer',
        '--scope=deploy',
        '--formation=peachy',
      );
      assert.equal(formation, 'peachy');
      const ask = (method: string, path: string, body?: object): Promise<number> =>
        statusWith(token!, method, path, body);
      const outcomes = {
        config: await ask('POST', '/formations/peachy/config', { values: { A: '1' } }),
        scale: await ask('POST', '/formations/peachy/scale/containers', { web: 2 }),
        releases: await ask('GET', '/formations/peachy/releases'),
        elsewhere: await ask('POST', '/formations/quiet/config', { values: { A: '1' } }),
        run: await ask('POST', '/formations/peachy/run', { command: 'env' }),
        layers: await ask('POST', '/formations/peachy/scale/layers', { runtime: 1 }),
        perms: await ask('POST', '/formations/peachy/perms', { username: 'cleo' }),
        destroy: await ask('DELETE', '/formations/peachy'),
        tokens: await ask('POST', '/tokens', {}),
        keys: await ask('GET', '/keys'),
      };
      assert.deepEqual(outcomes, {
        config: 200,
        scale: 200,
        releases: 200,
        elsewhere: 403,
        run: 403,
        layers: 403,
        perms: 403,
        destroy: 403,
        tokens: 403,
        keys: 403,
      });
    });

    it('are refused with no such scope, a wrong number of days, and a formation that is not theirs', async () => {
      for (const [code, words, says] of [
        [2, ['--scope=root'], /scope/],
        [2, ['--scope=deploy'], /a deploy token is of one formation/],
        [2, ['--scope=all', '--formation=peachy'], /no other token is/],
        [2, ['--days=0'], /--days/],
        [2, ['--days=soon'], /--days/],
        [4, ['--scope=deploy', '--formation=nosuch'], /nosuch/],
      ] as const) {
        await deis(bob, code, 'tokens:create', 'odd', ...words);
        assert.match(bob.err, says, words.join(' '));
      }
      await deis(cleo, 4, 'tokens:create', 'odd', '--scope=deploy', '--formation=peachy');
      await deis(bob, 4, 'tokens:revoke', 'abc');
      await deis(bob, 2, 'tokens:revoke');
      assert.ok((await json<Token[]>(bob, 'tokens')).every(({ name }) => name !== 'odd'));
    });
  });

  describe('perms', () => {
    it('give roles, show them with the owner, and take them away', async () => {
      await deis(cleo, 4, 'info', '-f', 'peachy');
      assert.equal(await deis(bob, 0, 'perms:create', 'cleo', '--role=viewer', '-f', 'peachy'), '');
      assert.match(bob.err, /cleo is viewer of peachy/);
      assert.deepEqual(await json(bob, 'perms', '-f', 'peachy'), [
        { username: 'bob', role: 'owner' },
        { username: 'cleo', role: 'viewer' },
      ]);
      await deis(cleo, 0, 'info', '-f', 'peachy');
      await deis(cleo, 3, 'config:set', 'A=2', '-f', 'peachy');
      assert.match(cleo.err, /you are a viewer of peachy/);
      await deis(cleo, 3, 'perms:create', 'ada', '-f', 'peachy');
      assert.equal(
        (await json<{ role: string }>(bob, 'perms:create', 'cleo', '-f', 'peachy')).role,
        'collaborator',
      );
      await deis(bob, 0, 'perms:delete', 'cleo', '-f', 'peachy');
      await deis(cleo, 4, 'info', '-f', 'peachy');
      await deis(bob, 4, 'perms:delete', 'cleo', '-f', 'peachy');
    });

    it('refuse roles and users that there are not, and the owner', async () => {
      await deis(bob, 2, 'perms:create', 'cleo', '--role=king', '-f', 'peachy');
      assert.match(bob.err, /role: must be one of viewer, collaborator, admin/);
      await deis(bob, 4, 'perms:create', 'nobody', '-f', 'peachy');
      assert.match(bob.err, /nobody/);
      await deis(bob, 2, 'perms:create', 'cleo', '--admin', '--role=viewer');
      await deis(bob, 2, 'perms:create');
      assert.notEqual(await bob.deis('perms:create', 'bob', '--role=viewer', '-f', 'peachy'), 0);
      assert.deepEqual(await json(bob, 'perms', '-f', 'peachy'), [{ username: 'bob', role: 'owner' }]);
      await deis(ada, 4, 'perms', '-f', 'peachy');
    });

    it('make admins of the platform, and keep the last one', async () => {
      await deis(bob, 3, 'perms:create', 'bob', '--admin');
      await deis(ada, 6, 'perms:delete', 'ada', '--admin');
      await deis(ada, 0, 'perms:create', 'bob', '--admin');
      assert.deepEqual(
        (await json<{ username: string }[]>(ada, 'perms', '--admin')).map(({ username }) => username),
        ['ada', 'bob'],
      );
      await deis(ada, 0, 'perms:delete', 'bob', '--admin');
    });
  });

  describe('transfers', () => {
    it('are offered, seen by the heir, declined, taken back and accepted', async () => {
      await deis(bob, 0, 'create', 'gift', '--flavor=mock', '--known-hosts=no');
      assert.match(await deis(cleo, 0, 'transfers'), /^$/);
      assert.match(cleo.err, /No formation is offered to you/);
      assert.equal(
        await deis(bob, 0, 'formations:transfer', 'cleo', '-f', 'gift'),
        'gift is offered to cleo\n',
      );
      assert.match(
        bob.err,
        /Nothing changes until cleo says `deis transfers:accept gift`, by 2026-11-28T12:00:00.000Z/,
      );
      const table = /^FORMATION +FROM +TO +UNTIL\ngift +bob +cleo +2026-11-28T12:00:00.000Z\n$/;
      for (const terminal of [bob, cleo]) assert.match(await deis(terminal, 0, 'transfers'), table);
      await deis(cleo, 0, 'formations');
      assert.match(cleo.err, /^bob offers you gift: deis transfers:accept gift, or transfers:decline$/m);
      assert.deepEqual(await json(cleo, 'formations'), []);
      assert.doesNotMatch(cleo.err, /offers/);
      await deis(bob, 0, 'formations');
      assert.doesNotMatch(bob.err, /offers/);
      await deis(bob, 6, 'formations:transfer', 'ada', '-f', 'gift');
      assert.match(bob.err, /offered to cleo already.*deis transfers:withdraw gift/);
      await deis(ada, 4, 'transfers:accept', 'gift');
      await deis(bob, 4, 'transfers:accept', 'gift');
      await deis(cleo, 0, 'transfers:decline', 'gift');
      assert.match(cleo.err, /You declined gift/);
      await deis(cleo, 4, 'transfers:accept', 'gift');
      await deis(bob, 0, 'formations:transfer', 'cleo', '-f', 'gift');
      await deis(cleo, 4, 'transfers:withdraw', 'gift');
      await deis(bob, 0, 'transfers:withdraw', 'gift');
      assert.match(bob.err, /gift is not offered any more/);
      await deis(bob, 4, 'transfers:withdraw', 'gift');
      await deis(bob, 0, 'formations:transfer', 'cleo', '-f', 'gift', '--json');
      assert.equal(await deis(cleo, 0, 'transfers:accept', 'gift'), 'gift belongs to cleo now\n');
      const perms = [
        { username: 'cleo', role: 'owner' },
        { username: 'bob', role: 'admin' },
      ];
      assert.deepEqual(await json(bob, 'perms', '-f', 'gift'), perms);
      assert.deepEqual(await json(bob, 'transfers'), []);
    });
  });

  describe('flavors', () => {
    it('are shared with a formation, listed for those who may use them there, and taken back', async () => {
      await deis(bob, 0, 'create', 'team', '--known-hosts=no');
      await deis(ada, 0, 'flavors:create', '--id=large', '--provider=mock');
      await deis(ada, 4, 'flavors:share', 'large', 'team');
      await deis(bob, 0, 'perms:create', 'ada', '--role=viewer', '-f', 'team');
      await deis(bob, 4, 'layers:create', 'runtime', 'large', '-f', 'team');
      assert.match(bob.err, /no flavor "large" of yours or shared with team/);
      await deis(ada, 0, 'flavors:share', 'large', 'team');
      assert.match(ada.err, /large is shared with team; deis flavors:unshare takes it back/);
      assert.match(await deis(ada, 0, 'flavors:info', 'large'), /^shared with: +team$/m);
      const usable =
        'FLAVOR     PROVIDER TYPE  SHARED\ndocker     docker         no\n' +
        'ada/large  mock           yes\nmock       mock           no\n';
      assert.equal(await deis(bob, 0, 'flavors', '-f', 'team'), usable);
      await deis(ada, 3, 'flavors', '-f', 'team');
      await deis(cleo, 4, 'flavors', '-f', 'team');
      await deis(bob, 0, 'layers:create', 'runtime', 'ada/large', '-f', 'team');
      await deis(bob, 0, 'layers:create', 'proxy', 'mock', '-f', 'team');
      assert.match(
        await deis(bob, 0, 'layers', '-f', 'team'),
        /^runtime +\w+ +ada\/large .*\nproxy +\w+ +mock /m,
      );
      assert.match(
        await deis(ada, 0, 'layers', '-f', 'team'),
        /^runtime +\w+ +large .*\nproxy +\w+ +bob\/mock /m,
      );
      assert.match(await deis(bob, 0, 'layers:info', 'runtime', '-f', 'team'), /^flavor: +ada\/large$/m);
      await deis(ada, 0, 'flavors:unshare', 'large', 'team');
      assert.match(ada.err, /large is not shared with team any more/);
      await deis(ada, 4, 'flavors:unshare', 'large', 'team');
      await deis(bob, 4, 'layers:create', 'more', 'large', '-f', 'team');
    });
  });

  describe('audit', () => {
    interface Entry {
      readonly actor: string;
      readonly action: string;
      readonly outcome: string | null;
    }

    it("shows a formation's changes to its admins, newest first, as many as are asked for", async () => {
      await deis(bob, 0, 'config:set', 'SECRET=hunter2', '-f', 'peachy');
      const [newest] = await json<Entry[]>(bob, 'audit', '-f', 'peachy', '-n', '1');
      assert.deepEqual(
        [newest?.actor, newest?.action, newest?.outcome],
        ['bob', 'POST /formations/:formation/config', 'done'],
      );
      assert.match(
        await deis(bob, 0, 'audit', '-f', 'peachy'),
        /^AT +WHO +FROM +WHAT +FORMATION +TARGET +OUTCOME\n.* bob .* config:set .*names=\["SECRET"\]/,
      );
      assert.doesNotMatch(bob.out, /hunter2/);
      await deis(bob, 0, 'perms:create', 'cleo', '-f', 'peachy');
      await deis(cleo, 3, 'audit', '-f', 'peachy');
      await deis(bob, 2, 'audit', '-f', 'peachy', '-n', '0');
      await deis(cleo, 4, 'audit', '-f', 'quiet');
    });

    it('shows everything to platform admins alone', async () => {
      const all = await json<Entry[]>(ada, 'audit', '--all', '-n', '500');
      assert.ok(all.some(({ action }) => action === 'POST /users/registration'));
      assert.ok(
        all.some(
          ({ actor, action, outcome }) =>
            actor === 'cleo' && action === 'POST /auth/passwd' && /^refused/.test(outcome ?? ''),
        ),
      );
      await deis(bob, 3, 'audit', '--all');
    });
  });
});
