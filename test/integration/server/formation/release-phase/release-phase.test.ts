import assert from 'node:assert/strict';
import { Conflict, UserError } from '../../../../../base/errors.js';
import { scaleContainers } from '../../../../../server/formation/deploy/scale/scale-containers.js';
import { restartContainers } from '../../../../../server/formation/deploy/scale/restart-containers.js';
import { changeConfig } from '../../../../../server/formation/releases/change-config.js';
import { retry } from '../../../../../server/formation/releases/retry.js';
import { rollback } from '../../../../../server/formation/releases/rollback.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import type { PhaseCall, PhaseFault } from '../../../../support/fakes/fake-release-phases.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

const secret = 'postgres://app:sentinel-of-the-config@db/app';

describe('the release phase', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    await h.end((await changeConfig(h.parts, h.user, h.formation, { DATABASE_URL: secret })).id);
  });

  afterEach(() => h.close());

  const push = () => h.push(['web', 'release']);
  const state = async () => ({
    rows: await h.containers(),
    running: h.nodes.running(),
    slugs: h.nodes.slugs(),
    live: await h.liveVersion(),
  });
  const outputOf = async (version: number) => {
    const { id } = await h.release(version);
    const phase = await h.stores.releasePhases.byRelease(id);
    return {
      exitCode: phase?.exitCode,
      ended: phase !== undefined && phase.endedAt !== null,
      lines: await h.stores.releasePhases.linesOf(id),
    };
  };
  const succeeded = ({ state: is, error }: OperationRecord) =>
    assert.deepEqual([is, error], ['succeeded', null]);
  /** The only release that served before: v2, and a formation to fail in. */
  const withLiveRelease = async () => {
    succeeded(await push());
    h.phases.calls.length = 0;
    h.lines.length = 0;
    return state();
  };

  it('runs once, with the new code and config, on a node that has fetched it, before containers start', async () => {
    let startedBefore: string[] = [];
    let fetched = false;
    h.phases.fault = (call) => {
      if (call === 'start') startedBefore = h.nodes.running();
      if (call === 'create') fetched = h.nodes.calls.some(({ databag }) => databag.release?.version === 2);
      return undefined;
    };
    succeeded(await push());
    assert.deepEqual(startedBefore, []);
    assert.ok(fetched);
    assert.deepEqual(h.phases.calls, [
      'create app-release-v2',
      'start app-release-v2',
      'remove app-release-v2',
    ]);
    const [program = ''] = h.phases.programs;
    assert.match(program, /run release/);
    assert.ok(program.includes(secret));
    assert.deepEqual(await h.containers(), ['web.1@app-runtime-1 v2 serving']);
    assert.deepEqual(h.steps.slice(-6), ['probe', 'prefetch', 'release', 'start', 'switch', 'live']);
  });

  it('says its output as it comes and keeps it, values of config masked', async () => {
    h.phases.output = `connecting to ${secret}\nmigrated\n`;
    succeeded(await push());
    const at = h.lines.findIndex(
      (line) => line === '-----> Running the release phase of v2 on app-runtime-1',
    );
    assert.deepEqual(h.lines.slice(at + 1, at + 3), ['       connecting to [masked]', '       migrated']);
    assert.deepEqual(await outputOf(2), {
      exitCode: 0,
      ended: true,
      lines: ['connecting to [masked]', 'migrated'],
    });
  });

  it('runs for a change of config and a rollback, and not for a scale or a restart', async () => {
    await withLiveRelease();
    succeeded(await h.scale({ web: 3 }));
    succeeded(await h.end((await restartContainers(h.parts, h.user, h.formation, {})).id));
    assert.equal(h.phases.calls.length, 0);
    succeeded(await h.end((await changeConfig(h.parts, h.user, h.formation, { A: 'b' })).id));
    succeeded(await h.end((await rollback(h.parts, h.user, h.formation, 2)).id));
    assert.deepEqual(
      h.phases.calls.filter((call) => call.startsWith('start')),
      ['start app-release-v3', 'start app-release-v4'],
    );
  });

  it('fails the release with its exit code, leaves the old one serving, and is retried as a new one', async () => {
    const before = await withLiveRelease();
    h.phases.exitCode = 3;
    const failed = await push();
    assert.equal(failed.state, 'failed');
    assert.match(
      failed.error!.message,
      /^the release phase of v3 exited with status 3: v3 is not deployed, v2 serves on .*releases:output v3.*releases:retry/,
    );
    assert.deepEqual(await state(), before);
    assert.equal((await h.release(3)).state, 'failed');
    assert.deepEqual(await outputOf(3), { exitCode: 3, ended: true, lines: ['migrating', 'done'] });
    assert.equal(h.phases.containers.size, 0);
    h.phases.exitCode = 0;
    succeeded(await h.end((await retry(h.parts, h.user, h.formation)).id));
    const [three, four] = [await h.release(3), await h.release(4)];
    assert.deepEqual(
      [four.buildId, four.configId, four.summary],
      [three.buildId, three.configId, 'Retry v3'],
    );
    assert.equal(await h.liveVersion(), 4);
    await assert.rejects(
      retry(h.parts, h.user, h.formation),
      (error) =>
        error instanceof Conflict && /v4, the newest release, has not failed: it is live/.test(error.message),
    );
  });

  const calls: readonly PhaseCall[] = ['look', 'create', 'start', 'follow', 'remove'];
  for (const call of calls)
    for (const fault of ['hang before', 'hang after'] as const satisfies PhaseFault[])
      it(`is started once when the controller is killed at ${call} (${fault})`, async () => {
        const { id } = await h.queuePush(['web', 'release']);
        h.phases.fault = (each) => (each === call ? fault : undefined);
        await h.runUntil(id, { kill: { step: 'release', at: 'converge' } });
        const push = await h.end(id);
        assert.deepEqual([push.state, push.attempts, push.error], ['succeeded', 2, null]);
        assert.equal(h.phases.starts, 1);
        assert.equal(h.phases.programs.length, 1);
        assert.equal((await outputOf(2)).exitCode, 0);
      });

  it('is not run again once it has succeeded, wherever the controller was killed', async () => {
    for (const step of ['release', 'start', 'switch', 'live']) {
      const before = h.phases.starts;
      const { state: end } = await h.push(['web', 'release'], { kill: { step, at: 'end' } });
      assert.deepEqual([end, h.phases.starts - before], ['succeeded', 1], step);
    }
  });

  it('fails with the exit code that its container ended with while the controller was away', async () => {
    const before = await withLiveRelease();
    const { id } = await h.queuePush(['web', 'release']);
    h.phases.exitCode = 7;
    h.phases.fault = (call) => (call === 'follow' ? 'hang before' : undefined);
    await h.runUntil(id, { kill: { step: 'release', at: 'converge' } });
    const end = await h.end(id);
    assert.match(end.error!.message, /exited with status 7/);
    assert.deepEqual([await state(), h.phases.starts], [before, 1]);
  });

  for (const at of ['start', 'end', 'converge'] as const)
    it(`leaves nothing on its node when the controller is killed at the ${at} of its undo`, async () => {
      const before = await withLiveRelease();
      h.phases.exitCode = 3;
      const { id } = await h.queuePush(['web', 'release']);
      await h.runUntil(id, { kill: { step: 'undo', at } });
      const end = await h.end(id);
      assert.deepEqual([end.state, end.attempts], ['failed', 2]);
      assert.deepEqual([await state(), h.phases.starts], [before, 1]);
    });

  it('does not run again when its container is gone without a known end', async () => {
    const { id } = await h.queuePush(['web', 'release']);
    h.phases.fault = (call) => (call === 'follow' ? 'hang before' : undefined);
    await h.runUntil(id, { kill: { step: 'release', at: 'converge' } });
    h.phases.containers.clear();
    const end = await h.end(id);
    assert.match(end.error!.message, /was removed from its node before it had ended/);
    assert.equal(h.phases.programs.length, 1);
  });

  it('goes on over another connection when the first is lost, and says no line twice', async () => {
    let isFirst = true;
    h.phases.fault = (call) => {
      if (call !== 'follow' || !isFirst) return undefined;
      isFirst = false;
      return 'lost';
    };
    const { id } = await h.queuePush(['web', 'release']);
    succeeded(await h.end(id));
    assert.deepEqual((await outputOf(2)).lines, ['migrating', 'done']);
    assert.equal(h.lines.filter((line) => line.includes('migrating')).length, 1);
    assert.equal(h.phases.starts, 1);
  });

  it('fails the release when its node is lost', async () => {
    const before = await withLiveRelease();
    let isLost = false;
    h.phases.fault = (call) => {
      isLost ||= call === 'follow';
      return isLost ? 'unreachable' : undefined;
    };
    const failed = await push();
    assert.equal(failed.state, 'failed');
    assert.match(failed.error!.message, /the release phase of v3 lost its node app-runtime-\d/);
    assert.deepEqual(await state(), before);
    assert.deepEqual(await outputOf(3), { exitCode: null, ended: true, lines: [] });
    assert.match(h.lines.join('\n'), /could not be stopped now/);
  });

  for (const [how, prepare, pattern] of [
    ['has not ended in time', () => (h.phases.isLate = true), /did not end within 60 s/],
    ['is cancelled', () => (h.phases.onEndless = () => h.cancel()), /cancelled/],
  ] as const)
    it(`ends its container when it ${how}`, async () => {
      const before = await withLiveRelease();
      h.phases.isEndless = true;
      prepare();
      const ended = await push();
      assert.equal(ended.state, how === 'is cancelled' ? 'cancelled' : 'failed');
      assert.match(ended.error!.message, pattern);
      assert.deepEqual(await state(), before);
      assert.equal(h.phases.containers.size, 0);
      assert.equal(h.phases.calls.at(-1), 'stop app-release-v3');
      assert.deepEqual(await outputOf(3), { exitCode: null, ended: true, lines: ['migrating', 'done'] });
    });

  it('waits for a node to run on, and runs where nothing of the release is to start', async () => {
    await h.scaleLayers({ runtime: 0 });
    // The next machine may get an address of these, which are gone.
    for (const name of ['app-runtime-1', 'app-runtime-2']) h.nodes.machines.delete(name);
    const { result } = await push();
    assert.match(String(result?.['hint']), /no runtime nodes yet: .* its release phase first$/);
    assert.deepEqual(h.phases.calls, []);
    succeeded(await h.scaleLayers({ runtime: 1 }));
    assert.equal(h.phases.starts, 1);
    succeeded(await h.scale({ web: 0 }));
    const from = h.nodes.calls.length;
    succeeded(await push());
    assert.equal(h.phases.starts, 2);
    assert.ok(
      h.nodes.calls
        .slice(from)
        .some(({ node, databag }) => node === 'app-runtime-1' && databag.release?.version === 3),
    );
  });

  it('keeps its output as long as the build, or until it is old', async () => {
    succeeded(await push());
    const { buildId } = await h.release(2);
    const later = new Date(h.now.getTime() + 1000);
    assert.equal(await h.stores.releasePhases.removeLinesBefore(later), 0);
    await h.stores.builds.markCollected([buildId!]);
    assert.equal(await h.stores.releasePhases.removeLinesBefore(h.now), 0);
    assert.equal(await h.stores.releasePhases.removeLinesBefore(later), 1);
    assert.deepEqual(await outputOf(2), { exitCode: 0, ended: true, lines: [] });
  });

  it('is no process type that could be scaled, placed, or is named as one', async () => {
    await push();
    const refused: Record<string, number>[] = [{ release: 1 }, { web: 2, release: 0 }];
    for (const counts of refused)
      await assert.rejects(
        scaleContainers(h.parts, h.user, h.formation, counts),
        (error) =>
          error instanceof UserError && /^release is the release phase: it runs once/.test(error.message),
      );
    await assert.rejects(
      scaleContainers(h.parts, h.user, h.formation, { wbe: 1 }),
      /the Procfile has no process type "wbe": it has web$/,
    );
    await h.stores.formations.setScale(h.formation.id, { web: 1, release: 2 });
    succeeded(await push());
    assert.match((await h.containers()).join(), /^web\.1@app-runtime-\d v3 serving$/);
  });
});
