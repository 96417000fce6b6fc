import { Conflict } from '../../../base/errors.js';
import type { FlavorRecord } from '../../store/infrastructure/flavor-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { isAllowed, type MemberRole } from './roles.js';

type Formation = Pick<FormationRecord, 'id' | 'name'>;

/** For layers to be made of a flavor: it is the user's own, or open to the formation. @throws Conflict */
export async function requireUsable(
  stores: Stores,
  user: Pick<UserRecord, 'id'>,
  formation: Formation,
  flavor: FlavorRecord,
): Promise<void> {
  if (flavor.ownerId === user.id || (await stores.flavorShares.has(flavor.id, formation.id))) return;
  throw new Conflict(`flavor ${flavor.name} is not yours, and not shared with ${formation.name}`);
}

/**
 * For nodes of a layer to be launched: its flavor is open to the formation, or its owner chose it for this
 * layer and has had the right to infrastructure here ever since. Nodes that exist need no such right: they
 * converge, and are terminated.
 * @throws Conflict that says what to do
 */
export async function requireLaunchRight(
  stores: Stores,
  formation: Formation,
  layer: LayerRecord,
): Promise<void> {
  const flavor = await stores.flavors.byId(layer.flavorId);
  if (flavor === undefined || (await stores.flavorShares.has(flavor.id, formation.id))) return;
  if (layer.ownFlavor && mayChangeInfrastructure(await roleOf(stores, formation.id, flavor.ownerId))) return;
  const owner = (await stores.users.byId(flavor.ownerId))?.username;
  const what = `its flavor ${flavor.name} is ${owner}'s, who has not shared it with ${formation.name}`;
  const share = `deis flavors:share ${flavor.name} ${formation.name}`;
  const another = `deis layers:update ${layer.name} --flavor=FLAVOR`;
  throw new Conflict(
    `layer ${layer.name} cannot get new nodes: ${what}. ${owner} can share it with \`${share}\`, ` +
      `or you name a flavor of your own with \`${another}\``,
  );
}

/** Whether a role lets somebody's own flavors be used for layers. */
export function mayChangeInfrastructure(role: MemberRole | undefined): boolean {
  return role !== undefined && isAllowed(role, 'infrastructure');
}

async function roleOf(stores: Stores, formationId: number, userId: number): Promise<MemberRole | undefined> {
  const ownerId = (await stores.formations.byId(formationId))?.ownerId;
  return ownerId === userId ? 'owner' : stores.roles.of(formationId, userId);
}
