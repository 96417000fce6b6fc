import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { FakeController } from '../../support/fakes/fake-controller.js';
import { makeCertificate } from '../../support/server/make-certificate.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeyOfTheFakeController';

describe('deis register, login and logout', () => {
  let controller: FakeController;
  let terminal: TestTerminal;
  const knownHosts = (): string => join(terminal.home, '.ssh', 'known_hosts');
  const profile = (): unknown =>
    JSON.parse(readFileSync(join(terminal.home, '.deis', 'client.json'), 'utf8'));
  const login = (...options: string[]): Promise<number> =>
    terminal.deis('login', controller.url, '--username=ada', '--password=correct horse', ...options);

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    controller.answer('POST /api/auth/register', 201, {
      username: 'ada',
      email: 'ada@example.com',
      is_admin: true,
      token: 't0ken',
    });
    controller.answer('POST /api/auth/login', 200, { username: 'ada', token: 't0ken' });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  it('asks for what is not given, the password twice and unseen', async () => {
    terminal.interactive = true;
    terminal.answers.push('ada', 'correct horse', 'correct horse', 'ada@example.com', 'n');
    assert.equal(await terminal.deis('register', controller.url), 0, terminal.err);
    assert.deepEqual(
      terminal.questions.map(({ secret }) => secret),
      [false, true, true, false, false],
    );
    assert.deepEqual(controller.to('POST /api/auth/register')[0]?.body, {
      username: 'ada',
      password: 'correct horse',
      email: 'ada@example.com',
    });
    assert.deepEqual(profile(), {
      controller: controller.url,
      username: 'ada',
      token: 't0ken',
      git: '127.0.0.1:2222',
    });
    assert.equal(statSync(join(terminal.home, '.deis', 'client.json')).mode & 0o777, 0o600);
    assert.ok(!existsSync(knownHosts()));
  });

  it('sends nothing when the two passwords differ', async () => {
    terminal.interactive = true;
    terminal.answers.push('ada', 'correct horse', 'correct house');
    assert.equal(await terminal.deis('register', controller.url), 2);
    assert.deepEqual(controller.to('POST /api/auth/register'), []);
  });

  it('takes a password from the first line of standard input, asked to or for want of a terminal', async () => {
    terminal.input = 'correct horse\n';
    assert.equal(
      await terminal.deis('login', controller.url, '--username=ada', '--password-stdin'),
      0,
      terminal.err,
    );
    assert.equal(
      await terminal.deis('register', controller.url, '--username=ada', '--email=ada@example.com'),
      0,
      terminal.err,
    );
    for (const route of ['POST /api/auth/login', 'POST /api/auth/register'])
      assert.equal((controller.to(route)[0]?.body as { password: string }).password, 'correct horse');
    terminal.input = '';
    assert.equal(await terminal.deis('login', controller.url, '--username=ada'), 2);
    terminal.piped = false;
    assert.equal(
      await terminal.deis('login', controller.url, '--username=ada'),
      2,
      'a keyboard whose echo would show the password',
    );
  });

  it('asks for the code of an authenticator app where the controller does, and takes --code', async () => {
    controller.problem('POST /api/auth/login', 401, 'the code of your authenticator app is needed, too', {
      type: 'urn:problem-type:deis:code-needed',
    });
    assert.equal(await login(), 2);
    assert.match(terminal.err, /authenticator app is needed, too: give --code=CODE/);
    terminal.interactive = true;
    terminal.answers.push(' 123456 ');
    assert.notEqual(await login(), 0);
    assert.match(terminal.questions.at(-1)!.question, /^Code of your authenticator app/);
    const sent = controller.to('POST /api/auth/login').map(({ body }) => (body as { code?: string }).code);
    assert.deepEqual(sent, [undefined, undefined, '123456']);
    controller.answer('POST /api/auth/login', 200, { username: 'ada', token: 't0ken' });
    terminal.answers.push('n');
    assert.equal(await login('--code=654321'), 0, terminal.err);
    assert.equal((controller.to('POST /api/auth/login').at(-1)?.body as { code: string }).code, '654321');
  });

  it('wants an invite code where the controller does', async () => {
    controller.answer('GET /api/info', 200, controller.info({ registration: 'invite' }));
    const words = [
      'register',
      controller.url,
      '--username=bob',
      '--password=long enough',
      '--email=bob@example.com',
    ];
    assert.equal(await terminal.deis(...words), 2);
    assert.match(terminal.err, /invitation[^]*users:invite/);
    assert.equal(await terminal.deis(...words, '--code=c0de'), 0);
    assert.equal((controller.to('POST /api/auth/register')[0]?.body as { code: string }).code, 'c0de');
  });

  it('shows problem details with the field, and never the password', async () => {
    controller.problem('POST /api/auth/register', 400, 'must have at least 8 characters', {
      field: 'password',
    });
    assert.equal(
      await terminal.deis(
        'register',
        controller.url,
        '--username=ada',
        '--password=short77',
        '--email=a@example.com',
      ),
      2,
    );
    assert.match(terminal.err, /^Error: password must have at least 8 characters$/m);
    assert.ok(!terminal.err.includes('short77'));
  });

  it('exits 3 on a wrong password, 5 where nothing answers or something else does', async () => {
    controller.problem('POST /api/auth/login', 401, 'wrong username or password');
    assert.equal(await login(), 3);
    assert.ok(!existsSync(join(terminal.home, '.deis', 'client.json')));
    controller.answer('GET /api/info', 200, { hello: 'world' });
    assert.equal(await login(), 5);
    assert.match(terminal.err, /not a deis controller/);
    await controller.stop();
    assert.equal(await login(), 5);
    assert.match(terminal.err, /cannot reach the controller at http:\/\/127\.0\.0\.1/);
  });

  it('says it when the port speaks the other of HTTP and HTTPS', async () => {
    const plain = controller.url.replace('http:', 'https:');
    assert.equal(await terminal.deis('login', plain, '--username=ada', '--password=x'), 5);
    assert.match(terminal.err, new RegExp(`it speaks plain HTTP there: ${controller.url}\\n`));
    const { certificate, key } = makeCertificate(['localhost']);
    const secure = createServer({ cert: certificate, key }, (_request, response) => response.end());
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const port = String((secure.address() as AddressInfo).port);
    assert.equal(
      await terminal.deis('login', `http://127.0.0.1:${port}`, '--username=ada', '--password=x'),
      5,
    );
    assert.match(terminal.err, new RegExp(`if it speaks HTTPS there: https://127\\.0\\.0\\.1:${port}\\n`));
    secure.close();
  });

  it('follows no redirect', async () => {
    controller.answer('GET /api/info', 302, undefined, { location: 'http://127.0.0.1:9/api/info' });
    assert.equal(await login(), 5);
    assert.match(terminal.err, /sends us elsewhere[^]*127\.0\.0\.1:9/);
  });

  it('warns before a password goes over plain HTTP to somebody far', async () => {
    terminal.interactive = true;
    // Not a loopback address by its letters; Linux connects it to this host.
    const far = controller.url.replace('127.0.0.1', '0.0.0.0');
    assert.notEqual(
      await terminal.deis('login', far, '--username=ada'),
      0,
      'there is no answer to the question for the password',
    );
    assert.match(terminal.err, /Warning: http:\/\/0\.0\.0\.0.* plain HTTP/);
    assert.deepEqual(controller.to('POST /api/auth/login'), []);
    await login();
    assert.doesNotMatch(terminal.err, /Warning/, 'nobody listens on loopback');
  });

  it('says whose profile it replaces', async () => {
    mkdirSync(join(terminal.home, '.deis'));
    writeFileSync(
      join(terminal.home, '.deis', 'client.json'),
      JSON.stringify({ controller: 'http://other:1', username: 'eve', token: 'x' }),
    );
    assert.equal(await login('--known-hosts=no'), 0);
    assert.match(terminal.err, /was of eve at http:\/\/other:1; it is replaced/);
  });

  it('logs out: the token is revoked and forgotten, and is forgotten also when the controller is gone', async () => {
    await login();
    controller.answer('POST /api/auth/logout', 204);
    assert.equal(await terminal.deis('logout'), 0);
    assert.equal(controller.to('POST /api/auth/logout')[0]?.headers.authorization, 'token t0ken');
    assert.equal(await terminal.deis('whoami'), 3);
    await login();
    await controller.stop();
    assert.equal(await terminal.deis('logout'), 5);
    assert.equal(await terminal.deis('whoami'), 3);
  });

  describe('known_hosts', () => {
    it('is written after --known-hosts=yes, once', async () => {
      mkdirSync(join(terminal.home, '.ssh'));
      writeFileSync(knownHosts(), 'github.com ssh-ed25519 AAAA');
      assert.equal(await login('--known-hosts=yes'), 0);
      assert.match(terminal.err, /Host key of \[127\.0\.0\.1\]:2222 written/);
      assert.equal(
        readFileSync(knownHosts(), 'utf8'),
        `github.com ssh-ed25519 AAAA\n[127.0.0.1]:2222 ${hostKey}\n`,
      );
      await login('--known-hosts=yes');
      assert.doesNotMatch(terminal.err, /written/);
      assert.equal(readFileSync(knownHosts(), 'utf8').split('\n').length, 3);
    });

    it("is the file that git's ssh reads, wherever that is", async () => {
      const elsewhere = join(terminal.home, 'passwd-home', 'known_hosts');
      terminal.env['GIT_SSH_COMMAND'] = `ssh -o UserKnownHostsFile=${elsewhere}`;
      assert.equal(await login('--known-hosts=yes'), 0);
      assert.equal(readFileSync(elsewhere, 'utf8'), `[127.0.0.1]:2222 ${hostKey}\n`);
      assert.ok(!existsSync(knownHosts()));
    });

    it('is written after a yes at the terminal only', async () => {
      terminal.interactive = true;
      terminal.answers.push('no');
      await login();
      assert.ok(!existsSync(knownHosts()));
      terminal.answers.push('yes');
      await login();
      assert.equal(readFileSync(knownHosts(), 'utf8'), `[127.0.0.1]:2222 ${hostKey}\n`);
      assert.equal(statSync(knownHosts()).mode & 0o777, 0o600);
    });

    it('is only told about without a terminal, and not at all with no', async () => {
      await login();
      assert.match(terminal.err, new RegExp(`\\[127.0.0.1\\]:2222 ${hostKey}`));
      await login('--known-hosts=no');
      assert.doesNotMatch(terminal.err, /ssh-ed25519/);
      assert.equal(await login('--known-hosts=maybe'), 2);
      assert.ok(!existsSync(knownHosts()));
    });

    it('keeps another key that is there and warns loudly, even with yes', async () => {
      mkdirSync(join(terminal.home, '.ssh'));
      writeFileSync(knownHosts(), '[127.0.0.1]:2222 ssh-ed25519 AAAAOther\n');
      assert.equal(await login('--known-hosts=yes'), 0);
      assert.match(terminal.err, /Warning:.*ANOTHER host key.*line 1[^]*ssh-keygen/);
      assert.equal(readFileSync(knownHosts(), 'utf8'), '[127.0.0.1]:2222 ssh-ed25519 AAAAOther\n');
    });
  });
});
