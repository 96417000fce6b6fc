import assert from 'node:assert/strict';
import { waitUntil } from '../../../../base/wait-until.js';
import { onAbort } from '../../../../base/on-abort.js';
import { BuildFailure } from '../../../../server/builder/failure/build-failure.js';
import { OperationFailure } from '../../../../server/operation/operation-errors.js';
import type { AuditRecord } from '../../../../server/store/people/audit-store.js';
import { quickBuilder, type GitEndpointOptions } from '../../../support/git/git-endpoint.js';
import { startOwnedGit, stopOwnedGit, type OwnedGit } from '../../../support/git/owned-git.js';

type Build = typeof quickBuilder.build;
type Deploy = NonNullable<GitEndpointOptions['deploy']>;

/** Until it is cancelled. */
const endless: Build = (_order, _say, signal) =>
  new Promise((_resolve, reject) => onAbort(signal, () => reject(signal.reason as Error)));

describe('the audit log of pushes', function () {
  this.timeout(60_000);
  let git: OwnedGit;
  let build: Build;
  let deploy: Deploy;
  let full: string | undefined;

  before(async () => {
    git = await startOwnedGit({
      builder: { ...quickBuilder, build: (...order) => build(...order) },
      deploy: (...asked) => deploy(...asked),
      refusal: () => Promise.resolve(full),
    });
  });
  after(() => stopOwnedGit(git));
  beforeEach(() => {
    build = quickBuilder.build;
    deploy = () => Promise.resolve({ state: 'live' });
    full = undefined;
  });

  const newest = async (): Promise<AuditRecord> => (await git.db.stores.audit.page({ limit: 1 })).items[0]!;
  const running = (): Promise<{ readonly id: string }> =>
    waitUntil(
      async () => {
        const [operation] = await git.db.stores.operations.ofFormation(git.owned.formation.id);
        return operation?.state === 'running' ? operation : undefined;
      },
      { deadlineMs: 10_000, intervalMs: 20, what: 'a push to be carried out' },
    );
  /** What the log says of a push, beginning with the newest commit's. */
  const outcomeOf = async (...refs: string[]): Promise<string | null> => {
    await git.client.push('app', ...refs);
    return (await newest()).outcome;
  };

  it('says done of a deploy that is live, with its operation, and that nothing was pushed', async () => {
    await git.client.commit('one');
    assert.equal(await outcomeOf(), 'done');
    const [operation] = await git.db.stores.operations.ofFormation(git.owned.formation.id);
    assert.deepEqual((await newest()).target, { operation: operation!.id });
    assert.equal(await outcomeOf(), 'nothing was pushed');
    assert.deepEqual((await newest()).target, {});
  });

  it('says why the build or the deploy failed', async () => {
    await git.client.commit('a build that fails');
    const end = { step: 'bin/compile of nodejs', exitCode: 1, lines: [] };
    build = () => Promise.reject(new BuildFailure('the build failed: bin/compile (exit code 1)', end));
    assert.equal(await outcomeOf(), 'failed: the build failed: bin/compile (exit code 1)');
    build = quickBuilder.build;
    deploy = () => Promise.reject(new OperationFailure('web.1 never listened on port 5001\n  at node', {}));
    assert.equal(await outcomeOf(), 'failed: web.1 never listened on port 5001');
    const [operation] = await git.db.stores.operations.ofFormation(git.owned.formation.id);
    assert.deepEqual((await newest()).target, { operation: operation!.id });
  });

  it('says why a push was refused: a branch, an option, a ref of ours, a full disk', async () => {
    assert.match(String(await outcomeOf('master:feature')), /^refused: only master and main are deployed/);
    assert.match(String(await outcomeOf('-o', 'shout', 'master')), /^refused: no push option shout/);
    assert.match(String(await outcomeOf('master:refs/deis/ops/x')), /^refused: (git itself|only master)/);
    full = 'the disk is nearly full';
    assert.equal(await outcomeOf(), 'refused: the disk is nearly full');
  });

  it('says in the log of the formation that a member has no right to push', async () => {
    const { db, owned, client } = git;
    const vera = { username: 'vera', email: 'v@example.com', passwordHash: 'x', isAdmin: false };
    const { id } = await db.stores.users.insert(vera);
    await db.stores.roles.set(owned.formation.id, id, 'viewer');
    const key = await client.makeKey('vera');
    await client.register(db.stores, id, key);
    await client.start(['push', client.url('app'), 'master'], [key]);
    const { actor, formation, outcome } = await newest();
    assert.deepEqual([actor, formation], ['vera', 'app']);
    assert.match(String(outcome), /^refused: you are a viewer of app: pushing and fetching need a collab/);
  });

  it('says that a deploy was cancelled, and whether its pusher went before', async () => {
    build = endless;
    await git.client.commit('cancelled');
    const cancelled = git.client.push('app');
    await git.db.stores.operations.requestCancel((await running()).id);
    assert.equal((await cancelled).code, 1);
    assert.match(String((await newest()).outcome), /^cancelled/);
    const { client } = git;
    const leaving = client.start(['push', client.url('app'), 'master'], undefined, { detached: true });
    const { id } = await running();
    process.kill(-leaving.pid!, 'SIGINT');
    await leaving;
    const outcome = await waitUntil(async () => (await newest()).outcome ?? undefined, {
      deadlineMs: 10_000,
      intervalMs: 20,
      what: 'the entry to be complete',
    });
    assert.equal(outcome, 'disconnected before the deploy ended');
    assert.deepEqual((await newest()).target, { operation: id });
    await git.db.stores.operations.requestCancel(id);
  });
});
