import { Conflict, messageOf, UserError } from '../../../base/errors.js';
import { containerPorts } from '../../../cookbooks/container-ports.js';
import type { Tags } from '../../../cookbooks/databag.js';
import { defaultRunLists, parseRunList } from '../../../cookbooks/run-list.js';
import type { LayerKind } from '../../../cookbooks/recipe.js';
import type { Secret } from '../../../base/secret.js';
import { generateSshKeyPair, keyPairOf, type SshKeyPair } from '../../../provisioner/ssh/host-key.js';
import type { FlavorRecord } from '../../store/infrastructure/flavor-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import { requireUsable } from '../sharing/flavor-right.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireLaunch, type ProviderParts } from '../context/open-provider.js';
import { changedTags } from './layer-tags.js';
import { requireNoOlder } from './require-no-older.js';

export interface LayerRequest {
  readonly name: string;
  readonly flavor: FlavorRecord;
  /** Default: `runtime`, `proxy` or `box` when that is the name, else `custom`. */
  readonly kind?: LayerKind | undefined;
  /** Default: that of the kind. */
  readonly runList?: readonly string[] | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly environment?: string | undefined;
  /** What process types may ask for of its nodes; of layers that run containers of apps. */
  readonly tags?: Tags | undefined;
  /** Levels converge in ascending order. Default: runtime 10, box 15, proxy 20, custom 30. */
  readonly level?: number | undefined;
  readonly sshUsername?: string | undefined;
  /** Of the layer's nodes. Default: a pair made for it. */
  readonly sshPrivateKey?: Secret | undefined;
  /** Must belong to the private key; default: derived from it. */
  readonly sshPublicKey?: string | undefined;
}

/** Names of nodes are host names (`FORMATION-LAYER-123`), of which 63 characters are possible. */
const nameForm = /^[a-z]([a-z0-9-]{0,16}[a-z0-9])?$/;
/** A box sends requests to runtime nodes, which let it in first, and takes some of other proxies. */
const levels: Readonly<Record<LayerKind, number>> = { runtime: 10, box: 15, proxy: 20, custom: 30 };
/** Layers of these names are of the kind that their name says. */
const kindNames: readonly LayerKind[] = ['runtime', 'proxy', 'box'];
const defaultUsername = 'deis';

/**
 * Creates a layer without nodes, with an SSH key pair of its own.
 * @param user who asks for it, and may change infrastructure here
 * @throws UserError for a name or run list that cannot be; Conflict for a name that the formation has, and
 * for a flavor that is neither the user's own nor shared with the formation; Forbidden for one
 * that may not launch
 */
export async function createLayer(
  parts: FormationParts,
  user: Pick<UserRecord, 'id'>,
  formation: FormationRecord,
  request: LayerRequest,
): Promise<LayerRecord> {
  await parts.recipesOf(runListOf(request));
  return parts.stores.withFormationLock(formation.id, async (stores) => {
    await requireAlive(stores, formation.id);
    await requireUsable(stores, user, formation, request.flavor);
    return insertLayer({ ...parts, stores }, user, formation, request);
  });
}

/** As createLayer, inside the caller's transaction. */
export async function insertLayer(
  parts: ProviderParts,
  user: Pick<UserRecord, 'id'>,
  formation: FormationRecord,
  request: LayerRequest,
): Promise<LayerRecord> {
  const { name, flavor, attributes = {}, environment = '', sshUsername = defaultUsername } = request;
  if (!nameForm.test(name))
    throw new UserError(
      `${JSON.stringify(name)} cannot be a layer's name: 1 to 18 lower-case letters, digits and ` +
        'dashes, beginning with a letter',
      { field: 'id' },
    );
  const kind = kindOf(request);
  const runList = runListOf(request);
  const { publicKey, privateKey } = keysOf(request);
  await requireLaunch(parts, flavor.id);
  if (kind === 'box') await requireBoxesPossible(parts, formation.id);
  const tags = await changedTags(parts.stores, { name, kind, tags: {} }, request.tags ?? {});
  return parts.stores.layers.insert({
    formationId: formation.id,
    flavorId: flavor.id,
    ownFlavor: flavor.ownerId === user.id,
    name,
    kind,
    runList,
    environment,
    tags,
    attributes,
    level: request.level ?? levels[kind],
    sshUsername,
    sshPort: 22,
    sshPublicKey: publicKey,
    sshPrivateKey: privateKey,
  });
}

/**
 * @throws Conflict while a controller is connected that would take boxes for no nodes, and retire what runs there; and
 * where proxies take connections at a port that containers of a box are given
 */
async function requireBoxesPossible(
  { stores }: Pick<ProviderParts, 'stores'>,
  formationId: number,
): Promise<void> {
  const { first, last } = containerPorts;
  const port = (await stores.tcpPorts.taken(formationId)).find((each) => each >= first && each <= last);
  if (port !== undefined)
    throw new Conflict(
      `the proxies take connections of TCP at port ${port}, and on a box containers have the ports from ${first} to ` +
        `${last}: choose another one with \`deis proxy:set port=PORT\` first`,
    );
  await requireNoOlder(stores, 'boxes');
}

function keysOf({ sshPrivateKey, sshPublicKey }: LayerRequest): SshKeyPair {
  if (sshPrivateKey === undefined && sshPublicKey !== undefined)
    throw new UserError('ssh_public_key alone is of no use: give its ssh_private_key too, or neither', {
      field: 'ssh_private_key',
    });
  if (sshPrivateKey === undefined) return generateSshKeyPair();
  const pair = readPair(sshPrivateKey);
  const given = sshPublicKey?.trim().split(/\s+/).slice(0, 2).join(' ');
  if (given !== undefined && given !== pair.publicKey)
    throw new UserError('ssh_public_key does not belong to ssh_private_key: leave it out, it is derived', {
      field: 'ssh_public_key',
    });
  return pair;
}

function readPair(privateKey: Secret): SshKeyPair {
  try {
    return keyPairOf(privateKey);
  } catch (error) {
    throw new UserError(`ssh_private_key: ${messageOf(error)}`, { field: 'ssh_private_key' });
  }
}

function kindOf({ name, kind }: LayerRequest): LayerKind {
  return kind ?? kindNames.find((each) => each === name) ?? 'custom';
}

function runListOf(request: LayerRequest): string[] {
  return parseRunList(request.runList ?? defaultRunLists[kindOf(request)]);
}
