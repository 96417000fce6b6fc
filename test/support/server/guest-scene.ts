import assert from 'node:assert/strict';
import { createFormation } from '../../../server/formation/create-formation.js';
import { scaleContainers } from '../../../server/formation/deploy/scale/scale-containers.js';
import { createLayer } from '../../../server/formation/layers/create-layer.js';
import { scaleLayers } from '../../../server/formation/layers/scale-layers.js';
import { addDomain } from '../../../server/formation/proxies/domains.js';
import type { FormationRecord } from '../../../server/store/app/formation-store.js';
import type { OperationRecord } from '../../../server/store/operations/operation-store.js';
import type { FormationHarness } from './formation-harness.js';

export const succeeded = ({ state, error }: OperationRecord): void =>
  assert.deepEqual([state, error], ['succeeded', null]);

/** Another host, `large`, of a runtime node and a proxy. */
export async function makeLargeHost(h: FormationHarness): Promise<FormationRecord> {
  const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
  const large = await createFormation(h.parts, h.user, { name: 'large', flavor });
  succeeded(await h.end((await scaleLayers(h.parts, h.user, large, { runtime: 1, proxy: 1 })).id));
  return large;
}

/** The guest `shop` on the nodes of `app`, live with `web` containers and a domain. */
export async function makeGuest(h: FormationHarness, web = 2): Promise<FormationRecord> {
  const shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
  await h.drain();
  succeeded(await h.end((await h.queuePush(['web'], null, shop)).id));
  if (web !== 1) succeeded(await h.end((await scaleContainers(h.parts, h.user, shop, { web })).id));
  succeeded(await h.end((await addDomain(h.parts, h.user, shop, 'shop.example.com')).id));
  return shop;
}

/** A runtime node and a proxy of its own. */
export async function makeOwnNodes(h: FormationHarness, { id }: FormationRecord): Promise<void> {
  const guest = (await h.stores.formations.byId(id))!;
  const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
  for (const name of ['runtime', 'proxy']) await createLayer(h.parts, h.user, guest, { name, flavor });
  succeeded(await h.end((await scaleLayers(h.parts, h.user, guest, { runtime: 1, proxy: 1 })).id));
}
