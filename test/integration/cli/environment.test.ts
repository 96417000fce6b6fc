import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { FakeController } from '../../support/fakes/fake-controller.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

const whoami = {
  username: 'ada',
  email: 'ada@example.com',
  is_admin: false,
  token: { name: 'ci', scope: 'deploy', formation: 'peachy', expires_at: null },
};

describe('deis with DEIS_CONTROLLER and DEIS_TOKEN', () => {
  let controller: FakeController;
  let other: FakeController;
  let terminal: TestTerminal;
  const tokens = (of = controller): (string | undefined)[] =>
    of.requests.map(({ headers }) => headers.authorization).filter((header) => header !== undefined);
  const profileFile = (): string => new ProfileStore(terminal).path;

  beforeEach(async () => {
    controller = await new FakeController().start();
    other = await new FakeController().start();
    terminal = new TestTerminal();
    for (const each of [controller, other]) each.answer('GET /api/auth/whoami', 200, whoami);
  });
  afterEach(async () => {
    await controller.stop();
    await other.stop();
    terminal.dispose();
  });
  const saveProfile = (of = other): Promise<void> =>
    new ProfileStore(terminal).save({ controller: of.url, username: 'bob', token: 'of-profile' });
  const setEnvironment = (token: string | undefined, address: string | undefined = controller.url): void =>
    void Object.assign(terminal.env, { DEIS_TOKEN: token, DEIS_CONTROLLER: address });

  it('needs no login, and no file', async () => {
    setEnvironment(' ci-token\n');
    mkdirSync(dirname(profileFile()));
    writeFileSync(profileFile(), 'no profile');
    assert.equal(await terminal.deis('whoami'), 0, terminal.err);
    assert.equal(
      terminal.out,
      `ada (ada@example.com) at ${controller.url}\n` +
        'token ci of DEIS_TOKEN: scope deploy of peachy, good until it is revoked\n',
    );
    assert.deepEqual(tokens(), ['token ci-token']);
    assert.equal(await terminal.deis('whoami', '--json'), 0);
    assert.deepEqual(JSON.parse(terminal.out), { ...whoami, controller: controller.url });
  });

  it('comes before the profile, and the profile gives what it lacks', async () => {
    await saveProfile();
    setEnvironment('ci-token');
    assert.equal(await terminal.deis('whoami'), 0);
    setEnvironment('second', '');
    assert.equal(await terminal.deis('whoami'), 0);
    setEnvironment('', other.url);
    assert.equal(await terminal.deis('whoami'), 0);
    setEnvironment('', '');
    assert.equal(await terminal.deis('whoami'), 0);
    assert.deepEqual(tokens(), ['token ci-token']);
    assert.deepEqual(tokens(other), ['token second', 'token of-profile', 'token of-profile']);
  });

  it("sends the profile's token to no other controller", async () => {
    await saveProfile();
    setEnvironment(undefined);
    assert.equal(await terminal.deis('whoami'), 3);
    assert.match(terminal.err, /DEIS_CONTROLLER is .* but bob is logged in to .*\n.*set DEIS_TOKEN too/);
    assert.deepEqual(controller.requests, []);
  });

  it('says what is missing, empty or wrong, and never shows the token', async () => {
    setEnvironment('t0p-secret', '');
    assert.equal(await terminal.deis('whoami'), 3);
    assert.match(terminal.err, /DEIS_TOKEN is set, but not DEIS_CONTROLLER[^]*https:\/\/deis\.example\.com/);
    setEnvironment('');
    assert.equal(await terminal.deis('whoami'), 3);
    assert.match(terminal.err, /you are not logged in\n.*DEIS_TOKEN is set, but empty/);
    setEnvironment(undefined, undefined);
    delete terminal.env['DEIS_TOKEN'];
    assert.equal(await terminal.deis('whoami'), 3);
    assert.match(terminal.err, /in CI set DEIS_CONTROLLER and DEIS_TOKEN/);
    assert.doesNotMatch(terminal.err, /empty/);
    for (const wrong of ['t0p secret', 't0p\nsecret', 't0psecrét']) {
      setEnvironment(wrong);
      assert.equal(await terminal.deis('whoami'), 2, wrong);
      assert.match(terminal.err, /DEIS_TOKEN is not a valid token/);
      assert.doesNotMatch(terminal.err, /t0p/);
    }
    setEnvironment('t0p-secret', 'ftp://deis.example.com');
    assert.equal(await terminal.deis('whoami'), 2);
    assert.match(terminal.err, /DEIS_CONTROLLER: .*http:\/\/ or https:\/\//);
    assert.deepEqual(controller.requests, []);
  });

  it('says whose token was refused', async () => {
    controller.problem('GET /api/auth/whoami', 401, 'the token is wrong, expired or revoked');
    setEnvironment('revoked');
    assert.equal(await terminal.deis('whoami'), 3);
    assert.match(terminal.err, /wrong, expired or revoked\n.*that of DEIS_TOKEN/);
    assert.doesNotMatch(terminal.err, /deis login/);
  });

  it('is not what logout, regenerate and git remotes are about', async () => {
    await saveProfile();
    other.answer('POST /api/auth/logout', 204);
    setEnvironment('ci-token');
    assert.equal(await terminal.deis('auth:regenerate'), 2);
    assert.match(terminal.err, /tokens:create/);
    assert.equal(await terminal.deis('logout'), 0, terminal.err);
    assert.match(terminal.err, /DEIS_TOKEN is left as it is/);
    assert.deepEqual(tokens(other), ['token of-profile']);
    assert.deepEqual(tokens(), []);
  });

  it("guesses the formation from a remote of that controller's git endpoint alone", async () => {
    setEnvironment('ci-token');
    controller.answer('GET /api/formations/peachy', 200, { id: 'peachy', git_url: 'x', urls: [] });
    execFileSync('git', ['init', '--quiet'], { cwd: terminal.cwd });
    const git = (...args: string[]): void => void execFileSync('git', args, { cwd: terminal.cwd });
    git('remote', 'add', 'deis', 'ssh://git@127.0.0.1:2222/peachy.git');
    assert.equal(await terminal.deis('calculate', '--json'), 4, 'peachy was asked for');
    assert.match(terminal.err, /nothing at \/api\/formations\/peachy\/calculate/);
    git('remote', 'set-url', 'deis', 'ssh://git@elsewhere:2222/peachy.git');
    assert.equal(await terminal.deis('calculate'), 2);
    assert.match(terminal.err, /points to elsewhere:2222/);
  });

  describe('login --token', () => {
    const login = (...words: string[]): Promise<number> =>
      terminal.deis('login', controller.url, '--known-hosts=no', ...words);

    it('reads it from standard input, or asks unseen, and remembers it once it is good', async () => {
      terminal.input = 'my-token\n';
      assert.equal(await login('--token=-'), 0, terminal.err);
      assert.match(terminal.err, /Logged in as ada/);
      assert.deepEqual(JSON.parse(readFileSync(profileFile(), 'utf8')), {
        controller: controller.url,
        username: 'ada',
        token: 'my-token',
        git: '127.0.0.1:2222',
      });
      terminal.interactive = true;
      terminal.answers.push('typed-token');
      assert.equal(await login('--token'), 0, terminal.err);
      assert.deepEqual(terminal.questions.at(-1), { question: 'Token: ', secret: true });
      assert.deepEqual(tokens(), ['token my-token', 'token typed-token']);
      controller.problem('GET /api/auth/whoami', 401, 'the token is wrong, expired or revoked');
      assert.equal(await login('--token=-'), 3);
      assert.match(readFileSync(profileFile(), 'utf8'), /typed-token/);
    });

    it('takes none from the command line, and none beside a user name', async () => {
      assert.equal(await login('--token=t0p-secret'), 2);
      assert.match(terminal.err, /--token=-/);
      assert.doesNotMatch(terminal.err, /t0p/);
      assert.equal(await login('--token=-', '--username=ada'), 2);
      terminal.input = '';
      assert.equal(await login('--token=-'), 2);
      assert.match(terminal.err, /needs a token/);
      assert.deepEqual(tokens(), []);
    });

    it('takes the controller from the environment, and says what comes before it', async () => {
      terminal.input = 'my-token';
      assert.equal(await terminal.deis('login', '--token=-'), 2);
      assert.match(terminal.err, /needs the address/);
      setEnvironment('ci-token');
      assert.equal(await terminal.deis('login', '--token=-', '--known-hosts=no'), 0, terminal.err);
      assert.match(terminal.err, /DEIS_CONTROLLER and DEIS_TOKEN of the environment come before/);
    });
  });
});
