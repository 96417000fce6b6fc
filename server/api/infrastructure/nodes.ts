import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import { freshSeconds } from '../../measures/newest-usage.js';
import { roomOn } from '../../measures/node-room.js';
import type { NodeShare } from '../../store/app/container-store.js';
import type { MeasureRecord } from '../../store/app/measure-store.js';
import { groundOf, type FormationRecord } from '../../store/app/formation-store.js';
import { silentSince } from '../../store/infrastructure/node-silence-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { type Json, answersPageOf, answersWith, moment } from '../http/answers.js';
import { seesGround } from '../endpoint/access.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forFormation } from '../endpoint/endpoint.js';
import { page, pageQuery } from '../endpoint/page.js';
import { ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';
import { layerKind } from './layers.js';

const amount = z.object({ memory: z.int().describe('Bytes.'), cpus: z.number().describe('Cores.') });

export const nodeSchema = z
  .object({
    id: z.string(),
    uuid: z.guid(),
    layer: z.string().nullable(),
    kind: layerKind.nullable().describe('Of its layer: a box is a runtime node and a proxy at once.'),
    own: z.boolean().describe("Whether it is the formation's own: a guest is shown those of its host, too."),
    status: z.string(),
    scheduling: z
      .enum(['open', 'cordoned', 'drained'])
      .describe(
        'Whether it takes new containers; a drained node runs none but what could not leave it (see `containers`).',
      ),
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
    size: amount
      .nullable()
      .describe('What its machine has; null before that was read, and to guests (see `last_error`).'),
    left: z
      .object({
        limits: amount.describe(
          'Of that without what those of its containers may use that have limits; below 0: these are promised more.',
        ),
        use: amount
          .extend({ at: moment })
          .nullable()
          .describe(
            'Of that without what was in use by all that runs there when it was read last, at most five minutes ago; ' +
              'null where it was not since.',
          ),
      })
      .nullable()
      .describe('Null where its size is not known, and to guests (see `last_error`).'),
    created_at: moment,
  })
  .meta({ id: 'Node' });

export const listNodes = forFormation({
  may: 'see',
  summary: 'List the nodes. A formation that lives on the nodes of another has those first, then its own.',
  answers: answersPageOf(nodeSchema),
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    const [ground, own] = [groundOf(call.formation), call.formation.id];
    const show = await shownTo(call);
    return page(
      call,
      (request) => stores.nodes.pageOf([...new Set([ground, own])], request),
      async (shown) => {
        const all = [...(await stores.layers.ofFormation(ground)), ...(await stores.layers.ofFormation(own))];
        const layers = new Map(all.map((layer) => [layer.id, layer]));
        const shares = await stores.containers.sharesOn(shown.map(({ id }) => id));
        const newest = await newestMeasures(call.parts, ground);
        const newestOwn = own === ground ? newest : await newestMeasures(call.parts, own);
        return (node) =>
          show(node, layers.get(node.layerId), shares, node.formationId === own ? newestOwn : newest);
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
    const node = isStorable(name) ? await nodeNamed(parts.stores, formation, name) : undefined;
    if (node === undefined) throw new NotFound(`no node ${JSON.stringify(name)} in ${formation.name}`);
    const show = await shownTo(call);
    return ok(show(...(await withLayer(parts, node))));
  },
});

/** Where the formation lives, else of its own. */
async function nodeNamed(
  { nodes }: AppParts['stores'],
  formation: FormationRecord,
  name: string,
): Promise<NodeRecord | undefined> {
  return (await nodes.byName(groundOf(formation), name)) ?? nodes.byName(formation.id, name);
}

/** A node, its layer, what formations have on it and on others, and what nodes did of late. */
type Shown = readonly [
  node: NodeRecord,
  layer: Pick<LayerRecord, 'name' | 'kind' | 'tags'> | undefined,
  shares: readonly NodeShare[],
  newest: readonly MeasureRecord[],
];

async function withLayer(parts: Looked, node: NodeRecord): Promise<Shown> {
  const { layers, containers } = parts.stores;
  const [layer, shares] = [await layers.byId(node.layerId), await containers.sharesOn([node.id])];
  return [node, layer, shares, await newestMeasures(parts, node.formationId)];
}

type Looked = Pick<AppParts, 'stores' | 'now'>;

/** The newest of each node, of those that say something of now. */
function newestMeasures({ stores, now }: Looked, formationId: number): Promise<MeasureRecord[]> {
  const since = new Date(now().getTime() - freshSeconds * 1000);
  return stores.measures.newestOfFormation(formationId, since);
}

/** A node, as who has a role in its formation is shown it. */
export async function writeNode(parts: Looked, node: NodeRecord): Promise<Json<typeof nodeSchema>> {
  return nodeJson({ id: node.formationId }, ...(await withLayer(parts, node)));
}

/** How nodes are shown to a caller. */
async function shownTo(
  call: Parameters<typeof seesGround>[1] & { readonly parts: AppParts },
): Promise<(...shown: Shown) => Json<typeof nodeSchema>> {
  const { formation } = call;
  const seesAll = await seesGround(call.parts, call);
  return (...shown) =>
    seesAll || shown[0].formationId === formation.id
      ? nodeJson(formation, ...shown)
      : guestNodeJson(formation, ...shown);
}

/** For those who have no role where it is: what a guest has to know of it, where its domain leads to among that. */
function guestNodeJson(
  guest: FormationRecord,
  ...[node, layer, shares, newest]: Shown
): Json<typeof nodeSchema> {
  const own = shares.filter(({ formationId }) => formationId === guest.id);
  const { address, ...shown } = nodeJson(guest, node, layer, own, newest);
  const isProxy = layer !== undefined && isOfKind(layer.kind, 'proxy');
  const kept = { private_address: null, cloud_id: null, last_action: null, last_error: null };
  const unsaid = { size: null, left: null };
  return { ...shown, address: isProxy ? address : null, ...kept, ...unsaid };
}

function nodeJson(
  { id }: Pick<FormationRecord, 'id'>,
  ...[node, layer, shares, newest]: Shown
): Json<typeof nodeSchema> {
  const silence = silentSince(node);
  const here = shares.filter(({ nodeId }) => nodeId === node.id);
  return {
    id: node.name,
    uuid: node.id,
    layer: layer?.name ?? null,
    kind: layer?.kind ?? null,
    own: node.formationId === id,
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
      here.map(({ formation, count, memory, unlimited }) => [formation, { count, memory, unlimited }]),
    ),
    size: node.size,
    left: leftJson(node, here, newest),
    created_at: isoTime(node.createdAt),
  };
}

function leftJson(
  { name, size }: NodeRecord,
  shares: readonly NodeShare[],
  newest: readonly MeasureRecord[],
): Json<typeof nodeSchema>['left'] {
  if (size === null) return null;
  const sum = (what: 'memory' | 'cpus'): number => shares.reduce((all, share) => all + share[what], 0);
  const limits = { memory: sum('memory'), cpus: sum('cpus') };
  const { use, ...left } = roomOn(
    size,
    limits,
    newest.find(({ node }) => node === name),
  );
  return { ...left, use: use && { ...use, at: isoTime(use.at) } };
}
