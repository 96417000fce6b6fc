import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { NodeShare } from '../../store/app/container-store.js';
import { groundOf, type FormationRecord } from '../../store/app/formation-store.js';
import { silentSince } from '../../store/infrastructure/node-silence.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';
import { type Json, answersPageOf, answersWith, moment } from '../http/answers.js';
import { seesGround } from '../endpoint/access.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forFormation } from '../endpoint/endpoint.js';
import { page, pageQuery } from '../endpoint/page.js';
import { ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';
import { layerKind } from './layers.js';

export const nodeSchema = z
  .object({
    id: z.string(),
    uuid: z.guid(),
    layer: z.string().nullable(),
    kind: layerKind.nullable().describe('Of its layer: a box is a runtime node and a proxy at once.'),
    status: z.string(),
    scheduling: z
      .enum(['open', 'cordoned', 'drained'])
      .describe('Whether it takes new containers; a drained node runs none.'),
    adopted: z.boolean().describe('A host that existed before.'),
    address: z
      .string()
      .nullable()
      .describe('Null before it has one; of a node that is no proxy also to guests (see `last_error`).'),
    private_address: z.string().nullable().describe('Null to guests (see `last_error`).'),
    cloud_id: z.string().nullable().describe('Null to guests (see `last_error`).'),
    generation: z.int().nullable(),
    last_action: z.string().nullable().describe('Null to guests (see `last_error`).'),
    last_error: z
      .string()
      .nullable()
      .describe(
        'Null where all went well, and to guests: members of a formation on these nodes who have no role in its host.',
      ),
    unreachable_since: moment
      .nullable()
      .describe('When a node that is ready was first found not to answer; null where it answers.'),
    tags: z
      .record(z.string(), z.string())
      .describe('Of its layer: what process types may ask for (see Tags).'),
    containers: z
      .record(
        z.string(),
        z.object({
          count: z.int().describe('How many start or serve.'),
          memory: z.int().describe('Bytes that those with a limit may use together.'),
          unlimited: z.int().describe('How many have no limit of memory.'),
        }),
      )
      .describe('Formation -> what it has there; to guests (see `last_error`) of their own formation alone.'),
    created_at: moment,
  })
  .meta({ id: 'Node' });

export const listNodes = forFormation({
  may: 'see',
  summary: 'List the nodes; those of its host, of a formation that lives on them.',
  answers: answersPageOf(nodeSchema),
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    const ground = groundOf(call.formation);
    const show = await shownTo(call);
    return page(
      call,
      (request) => stores.nodes.pageOfFormation(ground, request),
      async (shown) => {
        const layers = new Map((await stores.layers.ofFormation(ground)).map((layer) => [layer.id, layer]));
        const shares = await stores.containers.sharesOn(shown.map(({ id }) => id));
        return (node) => show(node, layers.get(node.layerId), shares);
      },
    );
  },
});

export const showNode = forFormation({
  may: 'see',
  summary: 'Show a node with its last error.',
  answers: answersWith(nodeSchema),
  answer: async (call) => {
    const { parts, formation } = call;
    const name = call.param('node');
    const node = isStorable(name) ? await parts.stores.nodes.byName(groundOf(formation), name) : undefined;
    if (node === undefined) throw new NotFound(`no node ${JSON.stringify(name)} in ${formation.name}`);
    const show = await shownTo(call);
    return ok(show(...(await withLayer(parts.stores, node))));
  },
});

/** A node, its layer, and what formations have on it and on others. */
type Shown = readonly [
  node: NodeRecord,
  layer: Pick<LayerRecord, 'name' | 'kind' | 'tags'> | undefined,
  shares: readonly NodeShare[],
];

async function withLayer(stores: Stores, node: NodeRecord): Promise<Shown> {
  return [node, await stores.layers.byId(node.layerId), await stores.containers.sharesOn([node.id])];
}

/** A node, as who has a role in its formation is shown it. */
export async function writeNode(stores: Stores, node: NodeRecord): Promise<Json<typeof nodeSchema>> {
  return nodeJson(...(await withLayer(stores, node)));
}

/** How nodes are shown to a caller. */
async function shownTo(
  call: Parameters<typeof seesGround>[1] & { readonly parts: AppParts },
): Promise<(...shown: Shown) => Json<typeof nodeSchema>> {
  if (await seesGround(call.parts, call)) return nodeJson;
  return (...shown) => guestNodeJson(call.formation, ...shown);
}

/** For those who have no role where it is: what a guest has to know of it, where its domain leads to among that. */
function guestNodeJson(guest: FormationRecord, ...[node, layer, shares]: Shown): Json<typeof nodeSchema> {
  const own = shares.filter(({ formationId }) => formationId === guest.id);
  const { address, ...shown } = nodeJson(node, layer, own);
  const isProxy = layer !== undefined && isOfKind(layer.kind, 'proxy');
  const kept = { private_address: null, cloud_id: null, last_action: null, last_error: null };
  return { ...shown, address: isProxy ? address : null, ...kept };
}

function nodeJson(...[node, layer, shares]: Shown): Json<typeof nodeSchema> {
  const silence = silentSince(node);
  return {
    id: node.name,
    uuid: node.id,
    layer: layer?.name ?? null,
    kind: layer?.kind ?? null,
    status: node.status,
    scheduling: node.scheduling,
    adopted: node.adopted,
    address: node.address,
    private_address: node.privateAddress,
    cloud_id: node.cloudId,
    generation: node.generation,
    last_action: node.lastAction,
    last_error: node.lastError,
    unreachable_since: silence && isoTime(silence),
    tags: layer?.tags ?? {},
    containers: Object.fromEntries(
      shares
        .filter(({ nodeId }) => nodeId === node.id)
        .map(({ formation, count, memory, unlimited }) => [formation, { count, memory, unlimited }]),
    ),
    created_at: isoTime(node.createdAt),
  };
}
