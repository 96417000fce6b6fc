import assert from 'node:assert/strict';
import { Conflict } from '../../../../../base/errors.js';
import { updateLayer } from '../../../../../server/formation/layers/update-layer.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('the flavor of a layer with nodes', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
  });
  afterEach(() => h.close());

  it('may change, but not to another place, where its nodes would not be found any more', async () => {
    const { ownerId, providerId } = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    const flavor = (name: string, latency: number) =>
      h.stores.flavors.insert({ ownerId, providerId, name, params: { latency }, init: '' });
    const [here, there] = [await flavor('here', 0), await flavor('there', 1)];
    h.placeOf = ({ latency }) => (latency === 1 ? 'there' : 'here');
    const layer = async () => (await h.snapshot()).layers.find(({ name }) => name === 'runtime')!;
    await updateLayer(h.parts, h.user, h.formation, await layer(), { flavor: there });
    await updateLayer(h.parts, h.user, h.formation, await layer(), { flavor: here });
    await h.scaleLayers({ runtime: 1 });
    const before = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    await updateLayer(h.parts, h.user, h.formation, await layer(), { flavor: before });
    await assert.rejects(
      updateLayer(h.parts, h.user, h.formation, await layer(), { flavor: there }),
      (error) => error instanceof Conflict && /layers:scale runtime=0/.test(error.message),
    );
    assert.equal((await layer()).flavorId, before.id);
  });
});
