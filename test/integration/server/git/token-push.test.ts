import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { tokenSsh, tokenUrl, useTokenSsh } from '../../../../cli/git/token-ssh.js';
import { hashToken, newToken } from '../../../../server/api/auth/token.js';
import type { NewToken } from '../../../../server/store/people/token-store.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { GitClient, type GitOutcome } from '../../../support/git/git-client.js';
import { startGitEndpoint, type GitEndpoint } from '../../../support/git/git-endpoint.js';

/** As a CI job pushes: the real git and ssh, no key, `deis git:remote --with-token`. */
describe('pushing with a token', function () {
  this.timeout(60_000);
  let db: TestDatabase;
  let folder: string;
  let endpoint: GitEndpoint;
  let client: GitClient;
  let userId: number;
  const ids = new Map<string, number>();

  before(async () => {
    db = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'deis-token-push-'));
    endpoint = await startGitEndpoint({ url: db.url, folder });
    const ada = { username: 'ada', email: 'ada@example.com', passwordHash: 'x', isAdmin: true };
    userId = (await db.stores.users.insert(ada)).id;
    for (const name of ['peachy', 'other'])
      ids.set(name, (await db.stores.formations.insert({ ownerId: userId, name })).id);
    client = new GitClient(folder, endpoint.port, endpoint.hostKeys);
    await client.commit('one');
    client.sshCommand();
    mkdirSync(join(client.home, '.ssh'));
  });
  after(async () => {
    await endpoint.stop();
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const makeToken = async (more: Partial<NewToken>): Promise<string> => {
    const text = newToken();
    await db.stores.tokens.insert({ userId, hash: hashToken(text), name: 'ci', expiresAt: null, ...more });
    return text;
  };
  const deployToken = (): Promise<string> => makeToken({ scope: 'deploy', formationId: ids.get('peachy')! });

  /** What git says with this token in the environment. ssh finds no key and knows the endpoint's host key. */
  const gitWith = async (token: string, formation: string, ...args: string[]): Promise<GitOutcome> => {
    const url = tokenUrl(client.url(formation));
    await useTokenSsh(client.app, tokenSsh(url));
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    const known = join(client.home, 'known_hosts');
    writeFileSync(
      join(bin, 'ssh'),
      `#!/bin/sh\nexec /usr/bin/ssh -F /dev/null -o UserKnownHostsFile=${known} "$@"\n`,
      { mode: 0o755 },
    );
    const { exitCode, all } = await execa(
      'git',
      args.map((word) => (word === 'URL' ? url : word)),
      {
        cwd: client.app,
        env: {
          PATH: `${bin}:/usr/bin:/bin`,
          HOME: client.home,
          DEIS_TOKEN: token,
          GIT_CONFIG_GLOBAL: '/dev/null',
        },
        extendEnv: false,
        all: true,
        reject: false,
        timeout: 30_000,
      },
    );
    return { code: exitCode, text: all };
  };
  const push = (token: string, formation: string): Promise<GitOutcome> =>
    gitWith(token, formation, 'push', 'URL', 'HEAD:master');

  it('is refused without a token, with a wrong, an expired and a read token, and of another formation', async () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['', 'peachy', /DEIS_TOKEN is not set/],
      [newToken(), 'peachy', /Permission denied \(publickey,password\)/],
      ['x'.repeat(5000), 'peachy', /Permission denied/],
      [await makeToken({ expiresAt: new Date(0) }), 'peachy', /Permission denied/],
      [await makeToken({ scope: 'read' }), 'peachy', /a token of scope read may neither push nor fetch/],
      [await deployToken(), 'other', /no formation other that ada may use/],
    ];
    for (const [token, formation, words] of cases) {
      const { code, text } = await push(token, formation);
      assert.notEqual(code, 0, text);
      assert.match(text, words);
      assert.ok(token === '' || !text.includes(token));
    }
    assert.deepEqual(endpoint.transfers, []);
  });

  it('deploys the formation of a deploy token, with its output as it comes, and fetches it', async () => {
    const token = await deployToken();
    const { code, text } = await push(token, 'peachy');
    assert.equal(code, 0, text);
    assert.match(text, /-----> Release v1 is live/);
    const fetched = await gitWith(token, 'peachy', 'ls-remote', 'URL');
    assert.match(fetched.text, /refs\/heads\/master/, fetched.text);
    const [entry] = await db.database('audit_entries').where({ action: 'git push', formation: 'peachy' });
    assert.equal((entry as { actor: string }).actor, 'ada');
  });

  it('goes to a host whose key is known alone', async () => {
    const token = await deployToken();
    writeFileSync(join(client.home, 'known_hosts'), '');
    const { code, text } = await push(token, 'peachy');
    assert.notEqual(code, 0);
    assert.match(text, /Host key verification failed/);
    client.sshCommand();
  });

  it('offers no password to those who log in by key', async () => {
    const { text } = await client.ssh(['git-receive-pack peachy.git'], { keys: [] });
    assert.match(text, /Permission denied \(publickey\)\./);
  });
});
