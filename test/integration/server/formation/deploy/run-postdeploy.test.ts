import assert from 'node:assert/strict';
import { changeConfig } from '../../../../../server/formation/releases/change-config.js';
import { retry } from '../../../../../server/formation/releases/retry.js';
import { rollback } from '../../../../../server/formation/releases/rollback.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import type { PhaseCall } from '../../../../support/fakes/fake-release-phases.js';
import { FormationHarness, type RunOptions } from '../../../../support/server/formation-harness.js';

const secret = 'postgres://app:sentinel-of-the-config@db/app';
const command = 'rake seed';

describe('postdeploy of app.json', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.end((await changeConfig(h.parts, h.user, h.formation, { DATABASE_URL: secret })).id);
  });

  afterEach(() => h.close());

  const push = async (options?: RunOptions, types = ['web']): Promise<OperationRecord> =>
    h.end((await h.queuePush(types, command)).id, options);
  const outputOf = async (version: number) => {
    const { id } = await h.release(version);
    const row = await h.stores.postdeploys.byRelease(id);
    const ended = row !== undefined && row.endedAt !== null;
    return { exitCode: row?.exitCode, ended, lines: await h.stores.postdeploys.linesOf(id) };
  };
  const succeeded = ({ state, error }: OperationRecord): void =>
    assert.deepEqual([state, error], ['succeeded', null]);
  const starts = (): string[] => h.phases.calls.filter((call) => call.startsWith('start'));
  const failureLine = (): string => h.lines.find((line) => /^ !\s+postdeploy/.test(line)) ?? '';

  it('runs once, when the first release is live, with its code and config, on a node that serves it', async () => {
    let live: Promise<number | undefined> | undefined;
    h.phases.fault = (call) => {
      if (call === 'start') live = h.liveVersion();
      return undefined;
    };
    h.phases.output = `seeding ${secret}\nseeded\n`;
    succeeded(await push());
    assert.equal(await live, 2);
    assert.deepEqual(h.phases.calls, [
      'create app-postdeploy-v2',
      'start app-postdeploy-v2',
      'remove app-postdeploy-v2',
    ]);
    const [program = ''] = h.phases.programs;
    assert.ok(program.includes(command) && program.includes(secret));
    const at = h.lines.indexOf('-----> Running postdeploy of app.json on app-runtime-1');
    assert.deepEqual(h.lines.slice(at + 1), ['       seeding [masked]', '       seeded']);
    assert.deepEqual(h.steps.slice(-2), ['live', 'postdeploy']);
    assert.deepEqual(await outputOf(2), { exitCode: 0, ended: true, lines: ['seeding [masked]', 'seeded'] });
    assert.equal(await h.stores.releasePhases.byRelease((await h.release(2)).id), undefined);
  });

  it('does not run again: for a push, a scale, a change of config, a rollback', async () => {
    succeeded(await push());
    succeeded(await push());
    succeeded(await h.scale({ web: 2 }));
    succeeded(await h.end((await changeConfig(h.parts, h.user, h.formation, { A: 'b' })).id));
    succeeded(await h.end((await rollback(h.parts, h.user, h.formation, 2)).id));
    assert.deepEqual(starts(), ['start app-postdeploy-v2']);
  });

  it('does not run for an app that was live before its app.json had one', async () => {
    succeeded(await h.push());
    succeeded(await push());
    assert.deepEqual(starts(), []);
    assert.ok(!h.steps.includes('postdeploy'));
  });

  it('fails alone: the release goes on serving, and no later push runs it again', async () => {
    h.phases.exitCode = 3;
    succeeded(await push());
    assert.equal(
      failureLine(),
      ' !     postdeploy of app.json exited with status 3: v2 serves on, and no later push runs it again ' +
        "(its output: `deis releases:output v2`; once more: `deis run 'rake seed'`)",
    );
    assert.deepEqual(await outputOf(2), { exitCode: 3, ended: true, lines: ['migrating', 'done'] });
    assert.deepEqual(
      [await h.liveVersion(), (await h.release(2)).state, await h.containers()],
      [2, 'live', ['web.1@app-runtime-1 v2 serving']],
    );
    assert.equal(h.phases.containers.size, 0);
    succeeded(await push());
    succeeded(await h.scale({ web: 2 }));
    assert.equal(starts().length, 1);
  });

  it('waits until a deploy has succeeded: one that failed before is not the first', async () => {
    h.phases.exitCode = 1;
    assert.equal((await push({}, ['web', 'release'])).state, 'failed');
    assert.deepEqual(starts(), ['start app-release-v2']);
    h.phases.exitCode = 0;
    succeeded(await h.end((await retry(h.parts, h.user, h.formation)).id));
    assert.deepEqual(starts().slice(1), ['start app-release-v3', 'start app-postdeploy-v3']);
  });

  it('waits for nodes, and runs where nothing of the release is to start', async () => {
    await h.scaleLayers({ runtime: 0 });
    // The next machine may get an address of these, which are gone.
    for (const name of ['app-runtime-1', 'app-runtime-2']) h.nodes.machines.delete(name);
    succeeded(await push({}, ['worker']));
    assert.deepEqual(h.phases.calls, []);
    const from = h.nodes.calls.length;
    succeeded(await h.scaleLayers({ runtime: 1 }));
    assert.deepEqual([starts(), await h.containers()], [['start app-postdeploy-v2'], []]);
    assert.ok(
      h.nodes.calls
        .slice(from)
        .some(({ node, databag }) => node === 'app-runtime-1' && databag.release?.version === 2),
    );
    assert.equal((await outputOf(2)).exitCode, 0);
  });

  const calls: readonly PhaseCall[] = ['create', 'start', 'follow', 'remove'];
  for (const call of calls)
    it(`is started once when the controller is killed at ${call}`, async () => {
      const { id } = await h.queuePush(['web'], command);
      h.phases.fault = (each) => (each === call ? 'hang after' : undefined);
      await h.runUntil(id, { kill: { step: 'postdeploy', at: 'converge' } });
      const ended = await h.end(id);
      assert.deepEqual([ended.state, ended.attempts, ended.error], ['succeeded', 2, null]);
      assert.deepEqual([h.phases.starts, h.phases.programs.length], [1, 1]);
      assert.equal((await outputOf(2)).exitCode, 0);
    });

  for (const [step, at] of [
    ['live', 'end'],
    ['postdeploy', 'start'],
    ['postdeploy', 'end'],
  ] as const)
    it(`runs once when the controller is killed at the ${at} of the step ${step}`, async () => {
      const ended = await push({ kill: { step, at } });
      assert.deepEqual([ended.state, ended.attempts], ['succeeded', 2]);
      assert.deepEqual([h.phases.starts, (await outputOf(2)).exitCode], [1, 0]);
    });

  it('runs when the deploy was committed before its connection broke', async () => {
    succeeded(await push({ failAfter: 'live' }));
    assert.equal(h.phases.starts, 1);
  });

  for (const [how, prepare, pattern] of [
    ['has not ended in time', () => (h.phases.isLate = true), /did not end within 60 s: v2 serves on/],
    ['is cancelled', () => (h.phases.onEndless = () => h.cancel()), /was cancelled: v2 serves on/],
  ] as const)
    it(`ends its container when it ${how}, and the release serves`, async () => {
      h.phases.isEndless = true;
      prepare();
      succeeded(await push());
      assert.match(failureLine(), pattern);
      assert.deepEqual([h.phases.containers.size, h.phases.calls.at(-1)], [0, 'stop app-postdeploy-v2']);
      assert.deepEqual(await outputOf(2), { exitCode: null, ended: true, lines: ['migrating', 'done'] });
      assert.equal(await h.liveVersion(), 2);
    });

  it('that was cancelled before it began never runs', async () => {
    succeeded(await push({ cancelAt: 'postdeploy' }));
    assert.match(failureLine(), /postdeploy of app\.json was cancelled/);
    succeeded(await h.scale({ web: 2 }));
    assert.deepEqual([h.phases.calls, await outputOf(2)], [[], { exitCode: null, ended: true, lines: [] }]);
  });

  it('is said to have failed when its node is lost', async () => {
    h.phases.fault = () => 'unreachable';
    succeeded(await push());
    assert.match(failureLine(), /postdeploy of app\.json lost its node app-runtime-1/);
    assert.deepEqual([(await outputOf(2)).ended, await h.liveVersion()], [true, 2]);
  });
});
