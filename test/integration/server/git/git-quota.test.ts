import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../../base/errors.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { folderSize } from '../../../../server/git/repository/folder-size.js';
import { gcLock } from '../../../../server/git/repository/git-repository.js';
import type { TestDatabase } from '../../../support/server/database.js';
import type { GitClient } from '../../../support/git/git-client.js';
import { quickBuilder, type GitEndpointOptions } from '../../../support/git/git-endpoint.js';
import { startOwnedGit, stopOwnedGit, type OwnedGit } from '../../../support/git/owned-git.js';

const megabyte = 1024 ** 2;
const failingBuilder: typeof quickBuilder = {
  ...quickBuilder,
  build: () => Promise.reject(new UserError('no such cake')),
};

describe('the quota of a repository', function () {
  this.timeout(40_000);
  let git: OwnedGit | undefined;
  let folder: string;
  let client: GitClient;
  let db: TestDatabase;
  async function start(options: Partial<GitEndpointOptions>): Promise<void> {
    git = await startOwnedGit(options);
    ({ db, folder, client } = git);
  }

  afterEach(async () => {
    if (git !== undefined) await stopOwnedGit(git);
    git = undefined;
  });

  const repository = (): string => join(folder, 'repos', 'app.git');
  const size = async (): Promise<number> => (await folderSize(repository())).bytes;
  /** Commits a file that does not compress. */
  const commit = (name: string, bytes: number): Promise<string> =>
    client.commit(name, { 'index.html': name, 'large.bin': randomBytes(bytes).toString('base64') });
  /** What the audit log says of the newest push. */
  const outcome = async (): Promise<string | null> =>
    (await db.stores.audit.page({ limit: 1 })).items[0]!.outcome;
  const incoming = (): string[] =>
    readdirSync(join(repository(), 'objects')).filter((name) => name.startsWith('tmp_objdir'));
  const waitsForLock = async (): Promise<true | undefined> => {
    const waiting = "select from pg_locks where locktype = 'advisory' and not granted";
    const { rows } = await db.stores.database.raw<{ rows: unknown[] }>(waiting);
    return rows.length > 0 ? true : undefined;
  };
  const nothingIncoming = (): Promise<true> =>
    waitUntil(() => Promise.resolve(incoming().length === 0 ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 50,
      what: 'git to remove what had arrived',
    });

  it('refuses a push that would make it too large, and keeps nothing of it', async () => {
    await start({ repositoryBytes: 4 * megabyte, checkMs: 60_000 });
    await commit('small', megabyte);
    assert.equal((await client.push('app')).code, 0);
    const before = await size();
    await commit('large', 4 * megabyte);
    const { code, text } = await client.push('app');
    assert.notEqual(code, 0);
    assert.match(text, /the repository would take \d MB, and may take 4 MB \(DEIS_REPOSITORY\)/);
    assert.match(String(await outcome()), /^refused: the repository would take \d MB/);
    assert.deepEqual(incoming(), []);
    assert.ok((await size()) < before + 100_000, `${await size()} after ${before}`);
    await client.git('reset', '-q', '--hard', 'HEAD~1');
    await commit('small again', megabyte);
    assert.equal((await client.push('app')).code, 0);
  });

  it('ends a push that goes on arriving, and keeps nothing of it', async () => {
    await start({ repositoryBytes: 2 * megabyte });
    await commit('endless', 60 * megabyte);
    const { code, text } = await client.push('app');
    assert.notEqual(code, 0);
    assert.match(text, /deis: the repository would take \d+ MB, and may take 2 MB/);
    assert.match(String(await outcome()), /^refused: the repository would take \d+ MB/);
    await nothingIncoming();
    assert.ok((await size()) < megabyte);
  });

  it('keeps nothing of a push whose client goes away while it arrives', async () => {
    await start({});
    await commit('endless', 60 * megabyte);
    const pushing = client.start(['push', client.url('app'), 'master'], undefined, { detached: true });
    await waitUntil(
      () => Promise.resolve(existsSync(repository()) && incoming().length > 0 ? true : undefined),
      {
        deadlineMs: 20_000,
        intervalMs: 5,
        what: 'the push to arrive',
      },
    );
    process.kill(-pushing.pid!, 'SIGKILL');
    await pushing;
    await nothingIncoming();
    assert.ok((await size()) < megabyte);
  });

  it('lets git itself end a push that is larger than all of it', async () => {
    await start({ maxInputSize: '100000' });
    await commit('large', megabyte);
    const { code, text } = await client.push('app');
    assert.equal(code, 1);
    assert.match(text, /exceeds maximum allowed size/);
    assert.deepEqual(incoming(), []);
  });

  it('is not used up by pushes that failed', async () => {
    await start({ repositoryBytes: 6 * megabyte, keepSeconds: 0, builder: failingBuilder });
    for (let n = 0; n < 5; n += 1) {
      await commit(`try ${n}`, 2 * megabyte);
      assert.match((await client.push('app')).text, /no such cake/);
      await client.git('update-ref', '-d', 'HEAD');
      assert.ok((await size()) <= 6 * megabyte);
    }
  });

  it('is looked at again when room that is being made has been made', async () => {
    await start({
      repositoryBytes: 4 * megabyte,
      keepSeconds: 0,
      checkMs: 60_000,
      builder: failingBuilder,
    });
    await commit('first', 2 * megabyte);
    assert.match((await client.push('app')).text, /no such cake/);
    await client.git('update-ref', '-d', 'HEAD');
    await commit('second', 2 * megabyte);
    const pushing = await db.stores.withLock(gcLock({ path: repository() }), async () => {
      const arriving = client.push('app');
      await waitUntil(waitsForLock, { deadlineMs: 20_000, intervalMs: 20, what: 'the push to wait' });
      return { arriving };
    });
    assert.match((await pushing.arriving).text, /no such cake/);
  });

  it('makes room neither of what is deployed nor of what a push under way needs', async () => {
    let second = '';
    let built: (() => void) | undefined;
    const building = new Promise<void>((resolve) => (built = resolve));
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const builder: typeof quickBuilder = {
      ...quickBuilder,
      build: async (order, say, signal) => {
        if (order.commit === second) {
          built?.();
          await gate;
        }
        assert.ok(await order.repository.hasCommit(order.commit));
        await order.repository.git.run(['archive', '-o', join(folder, 'archive.tar'), order.commit], {
          cwd: order.repository.path,
        });
        return quickBuilder.build(order, say, signal);
      },
    };
    await start({ repositoryBytes: 6 * megabyte, keepSeconds: 0, builder });
    await commit('deployed', megabyte);
    assert.equal((await client.push('app')).code, 0);
    second = await commit('under way', megabyte);
    const pushing = client.push('app');
    await building;
    await commit('too large', 8 * megabyte);
    assert.match((await client.push('app')).text, /may take 6 MB/);
    finish();
    const { code, text } = await pushing;
    assert.equal(code, 0, text);
    const copy = join(client.home, 'copy');
    assert.equal((await client.git('clone', '-q', client.url('app'), copy)).code, 0);
    assert.equal((await client.git('-C', copy, 'rev-parse', 'HEAD')).text.trim(), second);
  });
});
