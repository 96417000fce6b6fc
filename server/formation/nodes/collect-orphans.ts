import { messageOf } from '../../../base/errors.js';
import type { CloudNode, CloudThing, Provider } from '../../../provisioner/provider.js';
import type { ProviderRecord } from '../../store/infrastructure/provider-store.js';
import type { Stores } from '../../store/stores.js';
import { waits } from '../context/deadlines.js';
import { openProvider, type ProviderParts } from '../context/open-provider.js';

/** Something that this instance made in a cloud, and that no row speaks of any more. */
export interface Orphan {
  readonly kind: 'machine' | CloudThing['kind'];
  readonly cloudId: string;
  /** Of the node that it was or was for; empty for what a layer's nodes shared. */
  readonly uuid: string;
  readonly formation: string;
  readonly name: string;
  readonly state: CloudNode['state'] | 'unused';
  readonly address: string | null;
  /** Null: it is gone; else why it could not be removed. Undefined where nothing was tried. */
  readonly failure?: string | null;
}

/** Where the cloud refused or did not answer: what is there is not known. */
export interface UnseenPlace {
  /** A region, or the provider's name where it has one place only. */
  readonly place: string;
  readonly reason: string;
}

export interface Orphans {
  readonly orphans: readonly Orphan[];
  readonly unseen: readonly UnseenPlace[];
}

interface Found {
  readonly orphan: Orphan;
  /** Whether a row of now speaks of it. */
  isKnown(rows: Rows): boolean;
  remove(signal: AbortSignal): Promise<void>;
}

/** What rows speak of: nodes by uuid and by the cloud's id, layers by `FORMATION-ID/NAME`. */
interface Rows {
  readonly uuids: ReadonlySet<string>;
  readonly cloudIds: ReadonlySet<string | null>;
  readonly layers: ReadonlySet<string>;
}

/** Machines hold addresses, and volumes and groups for a while. */
const removalOrder: readonly Orphan['kind'][] = ['machine', 'fixed address', 'volume', 'security group'];

/**
 * What is behind a provider, carries this instance's tags, and is no node and nothing of a node or a layer,
 * compared by uuid and by the cloud's id, never by name. Rows are written before anything is made for them,
 * so what is being made is none of it.
 * A place that refuses is told beside what the others have.
 */
export async function findOrphans(parts: ProviderParts, record: ProviderRecord): Promise<Orphans> {
  const { found, unseen } = await search(parts, record);
  return { orphans: found.map(({ orphan }) => orphan), unseen };
}

/**
 * Removes them, machines first, each as far as it goes; a look first, and a look again at the rows before
 * each.
 */
export async function collectOrphans(parts: ProviderParts, record: ProviderRecord): Promise<Orphans> {
  const outcomes: Orphan[] = [];
  const { found: all, unseen } = await search(parts, record);
  for (const found of all) {
    if (found.isKnown(await readRows(parts.stores))) continue;
    outcomes.push({
      ...found.orphan,
      failure: await failureOf(() => found.remove(AbortSignal.timeout(waits.clear))),
    });
  }
  return { orphans: outcomes, unseen };
}

async function failureOf(remove: () => Promise<void>): Promise<string | null> {
  try {
    await remove();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function search(
  parts: ProviderParts,
  record: ProviderRecord,
): Promise<{ found: Found[]; unseen: UnseenPlace[] }> {
  const found = new Map<string, Found>();
  const unseen: UnseenPlace[] = [];
  const looks = (await places(parts, record)).map(async (provider) => {
    const signal = AbortSignal.timeout(waits.answer * 2);
    const lists = [
      async () => (await provider.listNodes(null, signal)).map((node) => foundMachine(provider, node)),
      async () => ((await provider.things?.list(signal)) ?? []).map((thing) => foundThing(provider, thing)),
    ];
    for (const list of lists)
      try {
        for (const each of await list()) found.set(`${each.orphan.cloudId} ${each.orphan.uuid}`, each);
      } catch (error) {
        const place = provider.region === '' ? record.name : provider.region;
        unseen.push({ place, reason: messageOf(error) });
        // Another refusal of the same place tells nothing more.
        if (signal.aborted) break;
      }
  });
  await Promise.all(looks);
  // Read after the cloud was asked: what came meanwhile has its row.
  const rows = await readRows(parts.stores);
  const others = new Set(
    (await parts.stores.formations.list())
      .filter(({ ownerId }) => ownerId !== record.ownerId)
      .map(({ name }) => name),
  );
  const orphans = [...found.values()].filter(
    ({ orphan, isKnown }) => !isKnown(rows) && !others.has(orphan.formation),
  );
  orphans.sort((a, b) => removalOrder.indexOf(a.orphan.kind) - removalOrder.indexOf(b.orphan.kind));
  return { found: orphans, unseen: distinct(unseen) };
}

function distinct(unseen: readonly UnseenPlace[]): UnseenPlace[] {
  const all = new Map(unseen.map((each) => [`${each.place} ${each.reason}`, each]));
  return [...all.values()].sort((a, b) => a.place.localeCompare(b.place));
}

/** A provider for each place that a flavor names (a region). */
async function places(parts: ProviderParts, record: ProviderRecord): Promise<Provider[]> {
  const flavors = await parts.stores.flavors.ofProvider(record.id);
  const all = await Promise.all(
    [undefined, ...flavors.map(({ params }) => params)].map((params) =>
      openProvider(parts, record, params, 'manage'),
    ),
  );
  return [...new Map(all.map((provider) => [provider.region, provider])).values()];
}

function foundMachine(provider: Provider, node: CloudNode): Found {
  const { cloudId, uuid, name } = node;
  return {
    orphan: { kind: 'machine', ...node },
    isKnown: ({ uuids, cloudIds }) => uuids.has(uuid) || cloudIds.has(cloudId),
    remove: (signal) => provider.terminateNode({ uuid, cloudId, name }, signal),
  };
}

function foundThing(provider: Provider, thing: CloudThing): Found {
  const { kind, cloudId, formation, formationId, layer, uuid, name, address } = thing;
  return {
    orphan: {
      kind,
      cloudId,
      uuid: uuid ?? '',
      formation,
      name: name === '' ? layer : name,
      state: 'unused',
      address,
    },
    isKnown: ({ uuids, layers }) => (uuid === null ? layers.has(`${formationId}/${layer}`) : uuids.has(uuid)),
    remove: async (signal) => provider.things?.remove(thing, signal),
  };
}

async function readRows(stores: Stores): Promise<Rows> {
  const nodes = await stores.nodes.list();
  const layers = await stores.layers.places();
  return {
    uuids: new Set(nodes.map(({ id }) => id)),
    cloudIds: new Set(nodes.map(({ cloudId }) => cloudId)),
    layers: new Set(layers.map(({ formationId, name }) => `${formationId}/${name}`)),
  };
}
