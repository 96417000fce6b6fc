import assert from 'node:assert/strict';
import { changeSetting } from '../../../../../../server/formation/releases/settings/change-setting.js';
import { rollback } from '../../../../../../server/formation/releases/rollback.js';
import { FormationHarness } from '../../../../../support/server/formation-harness.js';

describe('changeSetting of stop timeouts', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  before(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push(['web', 'worker']);
  });
  after(() => h.close());

  it('reaches new containers alone, stays through pushes and goes with a rollback', async () => {
    const from = h.nodes.calls.length;
    const { id } = await changeSetting(h.parts, h.user, h.formation, 'timeouts', { web: 30 });
    assert.equal((await h.end(id)).state, 'succeeded');
    const started = h.nodes.calls
      .slice(from)
      .map(({ databag }) => databag)
      .find(({ placements }) => placements.some(({ state }) => state === 'starting'));
    assert.deepEqual(
      [started?.release?.timeouts, started?.releases['1']?.timeouts],
      [{ web: 30 }, undefined],
    );
    assert.equal((await h.release(2)).summary, 'Stop web within 30 s');
    await h.push(['web']);
    assert.deepEqual((await h.release(3)).timeouts, { web: 30 });
    await h.end((await rollback(h.parts, h.user, h.formation, 1)).id);
    assert.deepEqual([await h.liveVersion(), (await h.release(4)).timeouts], [4, {}]);
  });
});
