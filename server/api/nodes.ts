import { NotFound } from '../../cookbooks/errors.js';
import type { NodeRecord } from '../store/node-store.js';
import { forFormation } from './endpoint.js';
import { page, pageQuery } from './page.js';
import { ok } from './reply.js';
import { isStorable } from './storable.js';
import { isoTime } from './time.js';

export const listNodes = forFormation({
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    const layers = new Map((await stores.layers.ofFormation(call.formation.id)).map((layer) => [layer.id, layer.name]));
    const nodes = await stores.nodes.ofFormation(call.formation.id);
    return page(call, nodes, { key: (node) => [layers.get(node.layerId) ?? '', node.num] }, (node) => nodeJson(node, layers.get(node.layerId)));
  },
});

export const showNode = forFormation({
  answer: async ({ parts, formation, param }) => {
    const name = param('node');
    const node = isStorable(name) ? await parts.stores.nodes.byName(formation.id, name) : undefined;
    if (node === undefined) throw new NotFound(`no node ${JSON.stringify(name)} in ${formation.name}`);
    return ok(nodeJson(node, (await parts.stores.layers.byId(node.layerId))?.name));
  },
});

function nodeJson(node: NodeRecord, layer: string | undefined) {
  return {
    id: node.name,
    uuid: node.id,
    layer: layer ?? null,
    status: node.status,
    address: node.address,
    private_address: node.privateAddress,
    cloud_id: node.cloudId,
    generation: node.generation,
    last_action: node.lastAction,
    last_error: node.lastError,
    created_at: isoTime(node.createdAt),
  };
}
