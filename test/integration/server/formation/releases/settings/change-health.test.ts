import assert from 'node:assert/strict';
import { UnknownName, UserError } from '../../../../../../base/errors.js';
import {
  changeSetting,
  readSetting,
} from '../../../../../../server/formation/releases/settings/change-setting.js';
import type { HealthChanges } from '../../../../../../server/formation/releases/settings/merge-health.js';
import { rollback } from '../../../../../../server/formation/releases/rollback.js';
import { FormationHarness } from '../../../../../support/server/formation-harness.js';

describe('changeSetting of health checks', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push(['web', 'worker']);
  });
  afterEach(() => h.close());

  const queue = (changes: HealthChanges) => changeSetting(h.parts, h.user, h.formation, 'health', changes);
  const set = async (changes: HealthChanges) => h.end((await queue(changes)).id);
  const present = async () => {
    const { release, values } = await readSetting(h.stores, h.formation.id, 'health');
    return { release, values };
  };
  const check = { kind: 'http', path: '/up', deadlineSeconds: 3 } as const;

  it('asks the new containers so, and no others', async () => {
    const from = h.nodes.calls.length;
    const operation = await set({ web: check });
    assert.deepEqual(
      [operation.kind, operation.state, operation.result?.['release'], await h.liveVersion()],
      ['deploy', 'succeeded', 2, 2],
    );
    const started = h.nodes.calls
      .slice(from)
      .map(({ databag }) => databag)
      .find(({ placements }) => placements.some(({ state }) => state === 'starting'));
    assert.deepEqual([started?.release?.health, started?.releases['1']?.health], [{ web: check }, undefined]);
  });

  it('stays beside other changes, and goes and comes back with a rollback', async () => {
    await set({ web: check });
    await h.end((await changeSetting(h.parts, h.user, h.formation, 'limits', { memory: { web: '64M' } })).id);
    await h.push(['web']);
    assert.deepEqual(
      [await h.liveVersion(), await present(), (await h.release(4)).limits],
      [4, { release: 4, values: { web: check } }, { web: { memory: 64 * 2 ** 20 } }],
    );
    await h.end((await rollback(h.parts, h.user, h.formation, 1)).id);
    assert.deepEqual((await present()).values, {});
    await h.end((await rollback(h.parts, h.user, h.formation, 2)).id);
    assert.deepEqual((await present()).values, { web: check });
  });

  it('cuts no release when nothing changes, and refuses what cannot be', async () => {
    await set({ web: check });
    assert.deepEqual([(await set({ web: check })).result?.['release'], await h.liveVersion()], [2, 2]);
    await assert.rejects(
      queue({ wbe: check }),
      (error) => error instanceof UnknownName && error.field === 'checks.wbe',
    );
    await assert.rejects(queue({ web: { kind: 'http' } }), UserError);
    assert.equal((await h.stores.releases.newest(h.formation.id))?.version, 2);
  });
});
