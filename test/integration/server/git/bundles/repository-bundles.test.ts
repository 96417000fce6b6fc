import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { FileBlobs } from '../../../../../server/blobs/file-blobs.js';
import { collectBundles } from '../../../../../server/git/bundles/collect-bundles.js';
import { RepositoryBundles } from '../../../../../server/git/bundles/repository-bundles.js';
import { GitProgram } from '../../../../../server/git/repository/git-program.js';
import { GitRepositories, type GitRepository } from '../../../../../server/git/repository/git-repository.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';

const ref = 'refs/heads/master';

describe('repositories of hosts without a shared folder', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let folder: string;
  let blobs: FileBlobs;
  let formation: FormationRecord;
  let ownerId: number;
  let hosts: { readonly folder: string; readonly bundles: RepositoryBundles }[];

  before(async () => {
    db = await createTestDatabase();
    const user = { username: 'ada', email: 'ada@example.com', passwordHash: 'x' };
    ownerId = (await db.stores.users.insert({ ...user, isAdmin: false })).id;
  });
  after(() => db.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deis-bundles-'));
    blobs = new FileBlobs(join(folder, 'store'));
    formation = await db.stores.formations.insert({ ownerId, name: 'app' });
    hosts = ['one', 'two'].map((name) => {
      const repositories = new GitRepositories(join(folder, name, 'repos'), new GitProgram());
      const options = { repositories, stores: db.stores, blobs, spool: join(folder, name, 'uploads') };
      return { folder: join(folder, name), bundles: new RepositoryBundles(options) };
    });
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await db.stores.formations.delete(formation.id);
  });

  /** A commit with one file on top of what is there; no ref points to it. */
  const commitTo = async (repository: GitRepository, text: string, parent?: string): Promise<string> => {
    const git = async (args: string[], input = ''): Promise<string> =>
      (
        await execa('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], {
          cwd: repository.path,
          input,
        })
      ).stdout;
    const blob = await git(['hash-object', '-w', '--stdin'], text);
    const tree = await git(['mktree'], `100644 blob ${blob}\tfile\n`);
    return git(['commit-tree', tree, '-m', text, ...(parent === undefined ? [] : ['-p', parent])]);
  };
  /** As a host receives a push. */
  const receive = async (at: number, text: string, parent?: string) => {
    const repository = await hosts[at]!.bundles.open(formation);
    const push = { operationId: randomUUID(), ref, commit: await commitTo(repository, text, parent) };
    await hosts[at]!.bundles.save(repository, formation, push);
    return push;
  };
  /** As a host carries a push out. */
  const carryOut = async (at: number, push: { operationId: string; commit: string }): Promise<void> => {
    const repository = await hosts[at]!.bundles.openFor(formation, push);
    await db.stores.withLock(`refs of ${formation.name}`, async () => {
      await repository.moveRef(ref, push.commit, await repository.refValue(ref));
      await hosts[at]!.bundles.moved(push.operationId);
    });
  };
  const master = async (at: number): Promise<string | undefined> =>
    (await hosts[at]!.bundles.open(formation)).refValue(ref);

  it('have what another host received, and follow where the refs go', async () => {
    const first = await receive(0, 'first');
    assert.equal(await master(1), undefined);
    await carryOut(1, first);
    assert.deepEqual([await master(0), await master(1)], [first.commit, first.commit]);
    const second = await receive(1, 'second', first.commit);
    await carryOut(0, second);
    assert.deepEqual([await master(1), await master(0)], [second.commit, second.commit]);
    const { stdout } = await execa('git', ['log', '--format=%s', 'master'], {
      cwd: join(hosts[1]!.folder, 'repos', 'app.git'),
    });
    assert.equal(stdout, 'second\nfirst');
  });

  it('come back whole where a disk has lost them, and leave no bundle or ref of their own', async () => {
    const push = await receive(0, 'first');
    await carryOut(0, push);
    rmSync(hosts[0]!.folder, { recursive: true });
    assert.equal(await master(0), push.commit);
    const repository = await hosts[0]!.bundles.open(formation);
    const { stdout } = await execa('git', ['for-each-ref', '--format=%(refname)'], { cwd: repository.path });
    assert.equal(stdout, ref);
    await execa('git', ['fsck', '--strict'], { cwd: repository.path });
    assert.deepEqual(readdirSync(join(hosts[0]!.folder, 'uploads')), []);
  });

  it('hold the commit of a push under way, and move no ref for one that never went live', async () => {
    const live = await receive(0, 'live');
    await carryOut(0, live);
    const failed = await receive(0, 'failed', live.commit);
    const repository = await hosts[1]!.bundles.openFor(formation, failed);
    assert.equal(await repository.refValue(`refs/deis/ops/${failed.operationId}`), failed.commit);
    assert.deepEqual([await master(0), await master(1)], [live.commit, live.commit]);
  });

  it('take in no bundle that is not what was put', async () => {
    const push = await receive(0, 'first');
    const { path } = (await db.stores.repositoryBundles.ofOperation(push.operationId))!;
    writeFileSync(blobs.pathOf(path), 'damaged');
    await assert.rejects(hosts[1]!.bundles.openFor(formation, push), /in the store has the sha256/);
    const repository = await hosts[1]!.bundles.open(formation);
    assert.equal(await repository.hasCommit(push.commit), false);
    await carryOut(0, push);
    await assert.rejects(master(1), /in the store has the sha256/);
  });

  it('are not those of an earlier formation of that name', async () => {
    await carryOut(1, await receive(0, 'earlier'));
    await db.stores.formations.delete(formation.id);
    formation = await db.stores.formations.insert({ ownerId, name: 'app' });
    assert.deepEqual([await master(0), await master(1)], [undefined, undefined]);
  });

  it('are brought up to date by many at once', async () => {
    const push = await receive(0, 'first');
    await carryOut(0, push);
    assert.deepEqual(
      await Promise.all(Array.from({ length: 4 }, () => master(1))),
      Array.from({ length: 4 }, () => push.commit),
    );
  });

  it('lose the bundles that no ref and no push under way needs, and no young one', async () => {
    const first = await receive(0, 'first');
    await carryOut(0, first);
    const second = await receive(0, 'second', first.commit);
    await carryOut(0, second);
    const failed = await receive(0, 'failed', second.commit);
    const queued = await receive(0, 'queued', second.commit);
    await db.stores.operations.enqueue({
      id: queued.operationId,
      formationId: formation.id,
      formationName: formation.name,
      kind: 'push',
      params: {},
      requestedBy: ownerId,
    });
    const path = async ({ operationId }: { operationId: string }): Promise<string> =>
      (await db.stores.repositoryBundles.ofOperation(operationId))!.path;
    const unneeded = [await path(first), await path(failed)].sort();
    const collect = (from: number): Promise<string[]> =>
      collectBundles(db.stores, blobs, new Date(Date.now() + from));
    assert.deepEqual(await collect(-3600_000), []);
    assert.deepEqual((await collect(3600_000)).sort(), unneeded);
    assert.deepEqual(await collect(3600_000), []);
    for (const push of [second, queued]) assert.ok(existsSync(blobs.pathOf(await path(push))));
    rmSync(hosts[1]!.folder, { recursive: true, force: true });
    assert.equal(await master(1), second.commit);
  });
});
