import assert from 'node:assert/strict';
import { Conflict, UnknownName, UserError } from '../../../../../../base/errors.js';
import { changeConfig } from '../../../../../../server/formation/releases/change-config.js';
import {
  changeSetting,
  readSetting,
} from '../../../../../../server/formation/releases/settings/change-setting.js';
import type { LimitChanges } from '../../../../../../server/formation/releases/settings/merge-limits.js';
import { rollback } from '../../../../../../server/formation/releases/rollback.js';
import { FormationHarness } from '../../../../../support/server/formation-harness.js';

const MB = 2 ** 20;

describe('changeSetting of limits', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push(['web', 'worker']);
  });
  afterEach(() => h.close());

  const queue = (changes: LimitChanges) => changeSetting(h.parts, h.user, h.formation, 'limits', changes);
  const set = async (changes: LimitChanges) => h.end((await queue(changes)).id);
  const limitsOf = async (version: number) => (await h.release(version)).limits;
  const present = async () => {
    const { release, values } = await readSetting(h.stores, h.formation.id, 'limits');
    return { release, values };
  };

  it('deploys new containers beside the old, which keep their own limits', async () => {
    const from = h.nodes.calls.length;
    const operation = await set({ memory: { web: '512M' }, cpus: { web: 0.5 } });
    assert.deepEqual(
      [operation.kind, operation.state, operation.result?.['release'], await h.liveVersion()],
      ['deploy', 'succeeded', 2, 2],
    );
    const started = h.nodes.calls
      .slice(from)
      .map(({ databag }) => databag)
      .find(({ placements }) =>
        placements.some(({ release, state }) => release === 2 && state === 'starting'),
      );
    assert.deepEqual(
      [started?.release?.limits, started?.releases['1']?.limits, started?.placements.length],
      [{ web: { memory: 512 * MB, cpus: 0.5 } }, undefined, 2],
    );
    assert.deepEqual(await h.containers(), ['web.1@app-runtime-1 v2 serving']);
  });

  it('stays through pushes and changes of config', async () => {
    await set({ memory: { web: '512M' } });
    await h.push(['web', 'worker']);
    await h.end((await changeConfig(h.parts, h.user, h.formation, { A: 'b' })).id);
    assert.deepEqual([await h.liveVersion(), await limitsOf(4)], [4, { web: { memory: 512 * MB } }]);
    assert.deepEqual(await present(), { release: 4, values: { web: { memory: 512 * MB } } });
    await set({ memory: { web: null } });
    assert.deepEqual(await present(), { release: 5, values: {} });
  });

  it('of one that does not start is passed over: the old go on, and so does what follows', async () => {
    await set({ memory: { web: '512M' } });
    h.nodes.fault = ({ databag }) =>
      databag.placements.some(({ state }) => state === 'starting') ? 'failed' : undefined;
    assert.equal((await set({ memory: { web: '6M' } })).state, 'failed');
    h.nodes.fault = () => undefined;
    assert.deepEqual(
      [await h.containers(), await h.liveVersion(), await present()],
      [['web.1@app-runtime-1 v2 serving'], 2, { release: 2, values: { web: { memory: 512 * MB } } }],
    );
    await h.push(['web']);
    assert.deepEqual([await h.liveVersion(), await limitsOf(4)], [4, { web: { memory: 512 * MB } }]);
  });

  it('comes back with a rollback, as the config does', async () => {
    await set({ memory: { web: '512M' } });
    await set({ memory: { web: '1G' }, cpus: { worker: 2 } });
    await h.end((await rollback(h.parts, h.user, h.formation, 2)).id);
    assert.deepEqual(
      [await h.liveVersion(), await limitsOf(4), (await present()).values['worker']],
      [4, { web: { memory: 512 * MB } }, undefined],
    );
    await h.end((await rollback(h.parts, h.user, h.formation, 1)).id);
    assert.deepEqual(await limitsOf(5), {});
  });

  it('cuts no release when nothing changes, and one for two changes that wait', async () => {
    await set({ memory: { web: '512M' } });
    assert.deepEqual(
      [(await set({ memory: { web: 512 * MB } })).result?.['release'], await h.liveVersion()],
      [2, 2],
    );
    const first = await queue({ memory: { web: '1G' } });
    const second = await queue({ cpus: { worker: 1 } });
    assert.deepEqual(
      [(await h.end(second.id)).state, (await h.end(first.id)).state],
      ['succeeded', 'superseded'],
    );
    assert.deepEqual(await limitsOf(4), { web: { memory: 1024 * MB }, worker: { cpus: 1 } });
  });

  it('may be set before there is a build', async () => {
    const fresh = await FormationHarness.create();
    try {
      const { id } = await changeSetting(fresh.parts, fresh.user, fresh.formation, 'limits', {
        memory: { web: '64M' },
      });
      assert.equal((await fresh.end(id)).state, 'succeeded');
      await fresh.scaleLayers({ runtime: 1, proxy: 1 });
      await fresh.push();
      assert.deepEqual(
        [await fresh.liveVersion(), (await fresh.release(2)).limits],
        [2, { web: { memory: 64 * MB } }],
      );
    } finally {
      await fresh.close();
    }
  });

  it('refuses types that there are not, and what is no limit, and changes nothing', async () => {
    await assert.rejects(
      queue({ memory: { wbe: '64M' } }),
      (error) => error instanceof UnknownName && error.field === 'memory.wbe',
    );
    await assert.rejects(
      queue({ cpus: { wbe: null } }),
      (error) => error instanceof UnknownName && error.field === 'cpus.wbe',
    );
    await assert.rejects(queue({ memory: { web: 'lots' } }), UserError);
    await assert.rejects(
      changeSetting(h.parts, h.user, h.formation, 'limits', { memory: { web: '64M' } }, () => {
        throw new Conflict('changed');
      }),
      Conflict,
    );
    assert.equal((await h.stores.releases.newest(h.formation.id))?.version, 1);
  });

  it('of a type that left the Procfile can be taken away', async () => {
    await set({ memory: { worker: '64M' } });
    await h.push(['web']);
    assert.deepEqual((await present()).values, { worker: { memory: 64 * MB } });
    assert.equal((await set({ memory: { worker: null } })).state, 'succeeded');
    assert.deepEqual((await present()).values, {});
  });
});
