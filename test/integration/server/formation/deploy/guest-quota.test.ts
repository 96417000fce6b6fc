import assert from 'node:assert/strict';
import { Conflict } from '../../../../../base/errors.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { restartContainers } from '../../../../../server/formation/deploy/scale/restart-containers.js';
import { scaleContainers } from '../../../../../server/formation/deploy/scale/scale-containers.js';
import { changeSetting } from '../../../../../server/formation/releases/settings/change-setting.js';
import { prepareRun } from '../../../../../server/formation/runs/prepare-run.js';
import { setQuota, type QuotaChanges } from '../../../../../server/formation/sharing/set-quota.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a guest with a quota', function () {
  this.timeout(20_000);
  let h: FormationHarness;
  let shop: FormationRecord;

  /** `shop` lives on `app`, and its v1 serves with one web, whose memory has no limit. */
  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
    await h.drain();
    succeeded(await h.end((await h.queuePush(['web', 'release'], null, shop)).id));
  });
  afterEach(() => h.close());

  const succeeded = ({ state, error }: OperationRecord) =>
    assert.deepEqual([state, error], ['succeeded', null]);
  const quota = (changes: QuotaChanges) => setQuota(h.stores, h.formation, 'shop', changes);
  const scale = (web: number) => scaleContainers(h.parts, h.user, shop, { web });
  const limit = (web: string) => changeSetting(h.parts, h.user, shop, 'limits', { memory: { web } });
  const serving = async (): Promise<number> =>
    (await h.stores.containers.ofFormation(shop.id)).filter(({ state }) => state === 'serving').length;
  const refused =
    (why: RegExp) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof Conflict);
      assert.match(error.message, why);
      return true;
    };

  it('is scaled by what each release that can come to serve would use: the live one, and the next', async () => {
    await quota({ memory: '1G' });
    const { id } = await limit('128M');
    await assert.rejects(scale(3), refused(/web has no limit.*`deis limits:set web=512M` \(v1 serves now\)/));
    succeeded(await h.end(id));
    succeeded(await h.end((await scale(3)).id));
    const larger = await limit('512M');
    await assert.rejects(scale(4), refused(/would be 2048 MB of memory.*\(v3 is being deployed\)/));
    assert.match((await h.end(larger.id)).error?.message ?? '', /would be 1536 MB of memory/);
    succeeded(await h.end((await scale(4)).id));
    assert.equal(await serving(), 4);
  });

  it('does not grow by a scale that was accepted before the quota became smaller, and is restarted', async () => {
    const { id } = await scale(3);
    await quota({ containers: 0, memory: '64M' });
    const scaled = await h.end(id);
    assert.match(
      scaled.error?.message ?? '',
      /may use 0 containers on the nodes of app, and this would be 3/,
    );
    assert.deepEqual((await h.stores.formations.byId(shop.id))?.scale['web'], 1);
    succeeded(await h.end((await restartContainers(h.parts, h.user, shop, {})).id));
    assert.equal(await serving(), 1);
  });

  for (const [what, queue] of [
    ['restarted', () => restartContainers(h.parts, h.user, shop, {})],
    ['deployed', () => h.queuePush(['web', 'release'], null, shop)],
  ] as const)
    it(`is ${what} at its size ahead of a scale that its quota has become too small for`, async () => {
      const first = await queue();
      const { id } = await scale(3);
      await quota({ containers: 2 });
      await h.runUntil(first.id, {});
      succeeded((await h.stores.operations.byId(first.id))!);
      assert.equal(await serving(), 1);
      const scaled = await h.end(id);
      assert.match(
        scaled.error?.message ?? '',
        /may use 2 containers on the nodes of app, and this would be 3/,
      );
      assert.deepEqual([await serving(), (await h.stores.formations.byId(shop.id))?.scale['web']], [1, 1]);
      succeeded(await h.end((await scale(2)).id));
      assert.equal(await serving(), 2);
    });

  it('has what is asked for in time of an operation before, where its quota lets it', async () => {
    await quota({ containers: 3 });
    const first = await restartContainers(h.parts, h.user, shop, {});
    const { id } = await scale(3);
    succeeded(await h.end(first.id));
    succeeded((await h.stores.operations.byId(id))!);
    assert.equal(await serving(), 3);
  });

  it('runs its one-off commands within the quota, and two of them at once', async () => {
    const run = () => prepareRun(h.parts, shop, { user: h.user, command: 'web' }, true);
    assert.deepEqual((await run()).oneOff.limits, {});
    await quota({ memory: '64M', cpus: 2 });
    const second = await run();
    assert.deepEqual(second.oneOff.limits, { memory: 64 * 2 ** 20, cpus: 1 });
    await assert.rejects(
      run(),
      refused(/2 one-off commands at once: run\.2 of shop, run\.3 of shop .*`deis run:stop run\.2 -f shop`/),
    );
    await h.stores.runs.setExitCode(second.record.id, 0);
    await run();
    h.phases.programs.length = 0;
    succeeded(await h.end((await limit('32M')).id));
    assert.match(h.phases.programs.join(), /run release.*"Memory":67108864.*"NanoCpus":1000000000/s);
  });
});
