import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import { maskJson } from '../../formation/databag/mask-databag.js';
import { isAllowed, type MemberRole } from '../../formation/sharing/roles.js';
import type { FlavorName } from '../../store/infrastructure/flavor-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { Stores } from '../../store/stores.js';
import { type Json, answersCreated, answersNothing, answersPageOf, answersWith } from '../http/answers.js';
import { atField } from '../endpoint/named/unknown-name.js';
import { forFormation } from '../endpoint/endpoint.js';
import { ifMatch, requireMatch } from '../http/etag.js';
import { hostName } from '../http/input/names.js';
import { page, pageQuery } from '../endpoint/page.js';
import { created, noContent, ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { structure } from '../http/input/json-field.js';
import { usableFlavor } from '../endpoint/named/usable-flavor.js';

/** A list, its JSON, or `recipe[a],recipe[b]` as in 2013. */
const runList = z.preprocess(
  (value) =>
    typeof value === 'string' && !value.trimStart().startsWith('[')
      ? value.split(',').map((item) => item.trim())
      : value,
  structure(z.array(z.string().min(1)).max(100)),
);

export const layerKind = z.enum(['runtime', 'proxy', 'box', 'custom']);
const layerBody = z.strictObject({
  id: hostName,
  flavor: z.string().describe('Your own, else one shared with the formation; `OWNER/FLAVOR` says whose.'),
  kind: layerKind
    .optional()
    .describe(
      'A box is a runtime node and a proxy at once. Default: by the id, `runtime`, `proxy` or `box`, else custom.',
    ),
  run_list: runList.optional(),
  attributes: structure(z.record(z.string(), z.unknown())).optional(),
  environment: z.string().max(100).optional(),
  tags: structure(z.record(z.string(), z.string()))
    .optional()
    .describe('What process types may ask for of its nodes (see Tags); of layers of kind runtime and box.'),
  level: z.int().min(0).max(1000).optional(),
  ssh_username: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a Linux user name')
    .optional(),
  ssh_private_key: z
    .string()
    .max(20_000)
    .optional()
    .describe('Write-only. Default: a pair made for the layer.'),
  ssh_public_key: z.string().max(20_000).optional(),
});
const layerChanges = layerBody
  .pick({ run_list: true, attributes: true, environment: true, level: true })
  .extend({
    flavor: z.string().optional(),
    tags: structure(
      z.record(z.string(), z.string('must be a value like "ssd", or null to take the tag away').nullable()),
    )
      .optional()
      .describe('What is not named stays; null takes a tag away. Containers are placed again.'),
  });

export const layerSchema = z
  .object({
    id: z.string(),
    kind: layerKind,
    flavor: z.string().nullable(),
    flavor_owner: z.string().nullable().describe('Whose flavor it is, and whose credentials it uses.'),
    run_list: z.array(z.string()),
    attributes: z.record(z.string(), z.unknown()).describe('Values masked for those who may not see config.'),
    environment: z.string(),
    tags: z.record(z.string(), z.string()).describe('What process types may ask for of its nodes.'),
    level: z.int(),
    count: z.int(),
    ssh_username: z.string(),
    ssh_public_key: z.string(),
  })
  .meta({ id: 'Layer' });

export const listLayers = forFormation({
  may: 'see',
  summary: 'List the layers, in the order in which they converge.',
  answers: answersPageOf(layerSchema),
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    return page(
      call,
      (request) => stores.layers.pageOfFormation(call.formation.id, request),
      async (shown) => {
        const flavors = await stores.flavors.names(shown.map(({ flavorId }) => flavorId));
        return (layer) => shownJson(call.role, layerJson(layer, flavors.get(layer.flavorId)));
      },
    );
  },
});

export const createLayer = forFormation({
  may: 'infrastructure',
  ownNodes: 'begins',
  summary: 'Add a layer; it has no nodes until it is scaled.',
  answers: answersCreated(layerSchema),
  body: layerBody,
  audit: ({ id, flavor, tags }) => ({ id, flavor, ...(tags === undefined ? {} : { tags }) }),
  answer: async ({ parts, user, formation, body }) => {
    const flavor = await atField('flavor', usableFlavor(parts, user, formation, body.flavor));
    const { id, kind, attributes, environment, tags, level } = body;
    const layer = await parts.formations.createLayer(user, formation, {
      name: id,
      flavor,
      kind,
      runList: body.run_list,
      attributes,
      environment,
      tags,
      level,
      sshUsername: body.ssh_username,
      sshPrivateKey: body.ssh_private_key === undefined ? undefined : new Secret(body.ssh_private_key),
      sshPublicKey: body.ssh_public_key,
    });
    return created(
      await writeLayer(parts.stores, layer),
      `/api/formations/${formation.name}/layers/${layer.name}`,
    );
  },
});

export const showLayer = forFormation({
  may: 'see',
  summary: 'Show a layer.',
  answers: answersWith(layerSchema),
  answer: async ({ parts, formation, role, param }) => {
    return ok(
      shownJson(role, await writeLayer(parts.stores, await layerOf(parts.stores, formation, param('layer')))),
    );
  },
});

export const updateLayer = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  summary:
    'Change what a layer is; its nodes follow at their next converge, ' +
    'and a new flavor is for nodes still to come.',
  answers: answersWith(layerSchema),
  body: layerChanges,
  audit: ({ flavor, tags }) => ({
    ...(flavor === undefined ? {} : { flavor }),
    ...(tags === undefined ? {} : { tags }),
  }),
  headers: ifMatch,
  answer: async ({ parts, request, user, formation, param, body }) => {
    const layer = await layerOf(parts.stores, formation, param('layer'));
    const flavor =
      body.flavor === undefined
        ? undefined
        : await atField('flavor', usableFlavor(parts, user, formation, body.flavor));
    const changes = {
      flavor,
      runList: body.run_list,
      attributes: body.attributes,
      environment: body.environment,
      tags: body.tags,
      level: body.level,
    };
    const changed = await parts.formations.updateLayer(user, formation, layer, changes, (present, name) =>
      requireMatch(request, layerJson(present, name)),
    );
    return ok(await writeLayer(parts.stores, changed));
  },
});

export const destroyLayer = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  summary: 'Remove a layer that has no nodes.',
  answers: answersNothing,
  answer: async ({ parts, formation, param }) => {
    await parts.formations.destroyLayer(formation, await layerOf(parts.stores, formation, param('layer')));
    return noContent;
  },
});

/** The formation's layer of that name. @throws NotFound */
export async function layerOf(
  stores: Stores,
  formation: FormationRecord,
  name: string,
): Promise<LayerRecord> {
  const layer = isStorable(name) ? await stores.layers.byName(formation.id, name) : undefined;
  if (layer === undefined) throw new NotFound(`no layer ${JSON.stringify(name)} in ${formation.name}`);
  return layer;
}

/** Attributes may hold passwords: their values are shown to those who may see config. */
function shownJson(role: MemberRole, layer: Json<typeof layerSchema>): Json<typeof layerSchema> {
  return isAllowed(role, 'readConfig') ? layer : { ...layer, attributes: maskJson(layer.attributes) };
}

async function writeLayer(stores: Stores, layer: LayerRecord): Promise<Json<typeof layerSchema>> {
  return layerJson(layer, (await stores.flavors.names([layer.flavorId])).get(layer.flavorId));
}

/** Without the private key, which never leaves the controller. */
function layerJson(layer: LayerRecord, flavor: FlavorName | undefined): Json<typeof layerSchema> {
  return {
    id: layer.name,
    kind: layer.kind,
    flavor: flavor?.name ?? null,
    flavor_owner: flavor?.owner ?? null,
    run_list: layer.runList,
    attributes: layer.attributes,
    environment: layer.environment,
    tags: layer.tags,
    level: layer.level,
    count: layer.count,
    ssh_username: layer.sshUsername,
    ssh_public_key: layer.sshPublicKey,
  };
}
