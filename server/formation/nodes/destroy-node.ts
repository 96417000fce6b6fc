import { UserError } from '../../../base/errors.js';
import { parseRecipeName } from '../../../cookbooks/run-list.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { openLayers } from '../placement/tagged-nodes.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import { areOwnIdle } from '../requests/require-own-idle.js';
import { scaleLayersKind } from '../requests/kinds/scale-layers.js';
import type { UndoRecord } from '../requests/undo-record.js';
import { nodeAndLayer } from './replace-node.js';
import { requireTagged } from './launch/require-tagged.js';

export interface DestroyNodeOptions {
  /** Leaves on an adopted host what was put there. */
  readonly keep: boolean;
  /** The node's name again: asked for where a node may hold data. */
  readonly confirm?: string | undefined;
  /** Whether the data of a node that may hold some goes, too. */
  readonly purgeData?: boolean;
}

/**
 * Takes one node out of its layer, whose count falls by one: its containers move elsewhere, unnoticed, then
 * it is terminated. @throws NotFound; UserError when the node may hold data and that was not heeded;
 * Conflict for the last one that has what a process type asks for
 */
export async function destroyNode(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  name: string,
  options: DestroyNodeOptions,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: scaleLayersKind, params: { destroy: name } },
    async (stores) => {
      const { node, layer } = await nodeAndLayer(stores, formation, name);
      requireHeed(node, layer, options);
      if (!(await areOwnIdle(stores, formation))) await requireOthers(stores, formation, node);
      const staying = (await stores.nodes.ofLayer(layer.id)).filter(({ status }) => status !== 'removing');
      await stores.nodes.update(node.id, {
        status: 'removing',
        cleansUp: !options.keep,
        purgesData: options.purgeData === true,
      });
      if (node.status === 'removing') return { regardless: await isMeant(stores, formation, node, options) };
      const count = Math.max(0, Math.min(layer.count, staying.length) - 1);
      await stores.layers.setCount(layer.id, count);
      const { status, cleansUp, purgesData } = node;
      const undo: UndoRecord = {
        counts: { [layer.name]: { from: layer.count, to: count } },
        nodes: { [name]: { status, cleansUp, purgesData } },
      };
      return { undo };
    },
  );
}

/** Whether it is said again, by its name, of a node that was to go, and stayed for its guests. */
async function isMeant(
  { operations }: Stores,
  { id }: FormationRecord,
  { name }: NodeRecord,
  { confirm }: DestroyNodeOptions,
): Promise<boolean> {
  const unfinished = await operations.unfinishedOfFormation(id, 'formation');
  return confirm === name && !unfinished.some((each) => scaleLayersKind.is(each));
}

/** @throws Conflict for the last one that has what a process type asks for */
async function requireOthers(stores: Stores, formation: FormationRecord, { id }: NodeRecord): Promise<void> {
  const { layers, nodes } = await requireSnapshot(stores, formation.id);
  const others = nodes.filter((node) => node.id !== id);
  await requireTagged(
    stores,
    formation,
    openLayers({ layers, nodes }),
    openLayers({ layers, nodes: others }),
  );
}

/** Whether recipes of others may have put something on a layer's nodes that is nowhere else. */
export function mayHoldData({ kind, runList }: Pick<LayerRecord, 'kind' | 'runList'>): boolean {
  return kind === 'custom' || runList.some((recipe) => parseRecipeName(recipe).cookbook !== 'deis');
}

/** Data goes only when somebody has said so twice: by the node's name, and that the data goes. */
function requireHeed(
  { name, adopted, cloudId }: NodeRecord,
  layer: LayerRecord,
  { keep, confirm, purgeData = false }: DestroyNodeOptions,
): void {
  if (keep && purgeData)
    throw new UserError('keep and purge_data exclude each other: one leaves everything, one leaves nothing', {
      field: 'purge_data',
    });
  if (confirm !== undefined && confirm !== name)
    throw new UserError(
      `confirm: ${JSON.stringify(confirm)} is not the node that would be destroyed, ${name}: ` +
        'nothing was destroyed',
      { field: 'confirm' },
    );
  if (!mayHoldData(layer) || cloudId === null || (adopted && keep)) return;
  if (confirm === name && (adopted || purgeData)) return;
  throw new UserError(
    `${name} runs recipes of your own and may hold data, nothing was destroyed: ${wayOut(name, adopted)}`,
    { field: confirm === undefined ? 'confirm' : 'purge_data' },
  );
}

function wayOut(name: string, adopted: boolean): string {
  return adopted
    ? `\`--confirm=${name}\` removes what was installed and leaves its data, with \`--purge-data\` the ` +
        'data goes, too, and `--keep` leaves everything'
    : 'its disk goes with its machine, so save what you need, then ' +
        `\`deis nodes:destroy ${name} --confirm=${name} --purge-data\``;
}
