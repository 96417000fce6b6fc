import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { GitClient } from '../../../support/git/git-client.js';
import { startGitEndpoint, type GitEndpoint } from '../../../support/git/git-endpoint.js';

/**
 * In 2013 a key's comment `USER_N` told who pushed, so a "_" in a user name broke it or named another user.
 */
describe('user names at the git endpoint', function () {
  this.timeout(40_000);
  let db: TestDatabase;
  let folder: string;
  let endpoint: GitEndpoint;

  beforeEach(async () => {
    db = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'deis-user-names-'));
    endpoint = await startGitEndpoint({ url: db.url, folder });
  });
  afterEach(async () => {
    await endpoint.stop();
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('knows who pushes by the key alone', async () => {
    const clients = new Map<string, GitClient>();
    for (const [index, username] of ['ada', 'ada_', 'ada_lovelace', 'ada_1'].entries()) {
      const user = await db.stores.users.insert({
        username,
        email: 'a@example.com',
        passwordHash: 'x',
        isAdmin: false,
      });
      await db.stores.formations.insert({ ownerId: user.id, name: `app-${index}` });
      const client = new GitClient(mkdtempSync(join(folder, 'home-')), endpoint.port, endpoint.hostKeys);
      await client.register(db.stores, user.id, await client.makeKey());
      clients.set(username, client);
    }
    for (const [index, [username, client]] of [...clients].entries()) {
      await client.commit('one');
      for (const other of [...clients.keys()].keys()) {
        const { code, text } = await client.git('ls-remote', client.url(`app-${other}`));
        if (other === index) assert.equal(code, 0, text);
        else assert.match(text, new RegExp(`deis: no formation app-${other} that ${username} may use`));
      }
    }
  });
});
