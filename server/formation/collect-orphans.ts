import { Conflict } from '../../cookbooks/errors.js';
import type { CloudNode, Provider } from '../../provisioner/provider.js';
import type { ProviderRecord } from '../store/provider-store.js';
import { deadlines } from './deadlines.js';
import type { FormationParts } from './formation-parts.js';

/** A machine that this instance launched and no node's row speaks of any more. */
export interface Orphan extends CloudNode {
  /** Null: it is gone; else why it could not be terminated. Undefined where nothing was tried. */
  readonly failure?: string | null;
}

type Found = { readonly node: CloudNode; readonly provider: Provider };

/**
 * The machines behind a provider that carry this instance's tags and are no node, compared by uuid and by the cloud's id, never by name.
 * A node's row is written before its launch, so a machine that is being launched is none of them.
 * @throws Conflict when the provider type is not enabled here; what the cloud answers
 */
export async function findOrphans(parts: Pick<FormationParts, 'stores' | 'providers'>, record: ProviderRecord): Promise<Orphan[]> {
  return (await search(parts, record)).map(({ node }) => node);
}

/** Terminates them, each as far as it goes; a look first, and a look again at the rows before each. */
export async function collectOrphans(parts: Pick<FormationParts, 'stores' | 'providers'>, record: ProviderRecord): Promise<Orphan[]> {
  const outcomes: Orphan[] = [];
  for (const { node, provider } of await search(parts, record)) {
    if ((await parts.stores.nodes.list()).some(({ id }) => id === node.uuid)) continue;
    outcomes.push({ ...node, failure: await terminate(provider, node) });
  }
  return outcomes;
}

async function terminate(provider: Provider, { uuid, cloudId, name }: CloudNode): Promise<string | null> {
  try {
    await provider.terminateNode({ uuid, cloudId, name }, AbortSignal.timeout(deadlines.clean));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function search({ stores, providers }: Pick<FormationParts, 'stores' | 'providers'>, record: ProviderRecord): Promise<Found[]> {
  const connect = providers.get(record.type);
  if (connect === undefined) throw new Conflict(`provider type ${record.type} is not enabled on this controller`);
  const creds = JSON.parse((await stores.providers.creds(record.id)).reveal()) as Record<string, unknown>;
  const flavors = await stores.flavors.ofProvider(record.id);
  const found = new Map<string, Found>();
  // A flavor may say where to look (a region).
  for (const params of [undefined, ...flavors.map((flavor) => flavor.params)]) {
    const provider = connect(creds, params);
    for (const node of await provider.listNodes(null, AbortSignal.timeout(deadlines.answer * 2))) found.set(`${node.cloudId} ${node.uuid}`, { node, provider });
  }
  // Read after the cloud was asked: a node that came meanwhile has its row.
  const nodes = await stores.nodes.list();
  const [uuids, cloudIds] = [new Set(nodes.map(({ id }) => id)), new Set(nodes.map(({ cloudId }) => cloudId))];
  const others = new Set((await stores.formations.list()).filter(({ ownerId }) => ownerId !== record.ownerId).map(({ name }) => name));
  return [...found.values()].filter(({ node }) => !uuids.has(node.uuid) && !cloudIds.has(node.cloudId) && !others.has(node.formation));
}
