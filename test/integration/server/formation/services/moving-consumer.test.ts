import assert from 'node:assert/strict';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { moveFormation } from '../../../../../server/formation/moving/request-move.js';
import { changeProxySettings } from '../../../../../server/formation/proxies/proxy-settings.js';
import { attachService } from '../../../../../server/formation/services/attach-service.js';
import { followServices } from '../../../../../server/formation/services/follow-services.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a guest that is attached to a service, and moves between hosts', function () {
  this.timeout(60_000);
  let h: FormationHarness;
  let large: FormationRecord;
  let shop: FormationRecord;
  let db: FormationRecord;
  const opened = new Map<number, string>();

  /** `shop` lives on `app`, and `db` has nodes of its own. */
  beforeEach(async () => {
    opened.clear();
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    large = await createFormation(h.parts, h.user, { name: 'large', flavor });
    succeeded(await h.end((await scaleLayers(h.parts, h.user, large, { runtime: 1, proxy: 1 })).id));
    db = await createFormation(h.parts, h.user, { name: 'db', flavor });
    succeeded(await h.end((await scaleLayers(h.parts, h.user, db, { runtime: 1, proxy: 1 })).id));
    await changeProxySettings(h.parts, h.user, db, { mode: 'tcp', tcpPort: 5432 });
    succeeded(await h.end((await h.queuePush(['web'], null, db)).id));
    shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
    await h.drain();
    succeeded(await h.end((await h.queuePush(['web'], null, shop)).id));
    succeeded(await h.end((await attachService(h.parts, h.user, shop, db, {})).id, { onStep: letIn }));
  });
  afterEach(() => h.close());

  const succeeded = ({ state, error }: OperationRecord) =>
    assert.deepEqual([state, error], ['succeeded', null]);
  /** Another worker has had the proxies let in who is to be. */
  const follow = async (): Promise<void> => {
    await followServices(h.parts, opened, new AbortController().signal);
    const waiting = { formation_id: db.id, kind: 'configure-proxies', state: 'queued' };
    await h.database.database('operations').where(waiting).update({ state: 'succeeded' });
  };
  const letIn = (step: string): Promise<void> => (step === 'services' ? follow() : Promise.resolve());
  /** Names of the runtime nodes that the service lets in. */
  const told = async (): Promise<string[]> => {
    const { clients } = (await h.stores.tcpPorts.ofFormation(db.id))!;
    const nodes = [
      ...(await h.stores.nodes.ofFormation(h.formation.id)),
      ...(await h.stores.nodes.ofFormation(large.id)),
    ];
    return nodes.flatMap(({ name, address }) => (clients.includes(address ?? '') ? [name] : [])).sort();
  };

  it('is let in from where it goes to before it starts there, and from where it runs until it is gone', async () => {
    const home = ['app-runtime-1', 'app-runtime-2'];
    assert.deepEqual(await told(), home);
    const at = new Map<string, string[]>();
    const move = await moveFormation(h.parts, h.user, shop, large);
    succeeded(
      await h.end(move.id, {
        onStep: async (step) => {
          await follow();
          at.set(step, await told());
        },
      }),
    );
    assert.deepEqual(at.get('services'), [...home, 'large-runtime-1']);
    const rows = await h.stores.containers.ofFormation(shop.id);
    const left = [...at.values()].at(-1)!;
    assert.ok(left.includes('large-runtime-1'), left.join(' '));
    assert.ok(
      left.some((name) => home.includes(name)),
      `the old containers still run: ${left.join(' ')}`,
    );
    assert.equal(
      rows.every(({ state }) => state === 'serving'),
      true,
    );
    await follow();
    assert.deepEqual(await told(), ['large-runtime-1']);
  });
});
