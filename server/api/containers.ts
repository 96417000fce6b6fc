import { readFormationSnapshot } from '../store/formation-snapshot.js';
import { forFormation } from './endpoint.js';
import { page, pageQuery } from './page.js';

/** By process type and number; of two beside each other during a deploy the older first. */
export const listContainers = forFormation({
  query: pageQuery,
  answer: async (call) => {
    const snapshot = await readFormationSnapshot(call.parts.stores, call.formation.id);
    const nodes = new Map(snapshot?.nodes.map((node) => [node.id, node.name]));
    const releases = new Map(snapshot?.releases.map((release) => [release.id, release.version]));
    return page(call, snapshot?.containers ?? [], { key: ({ type, num, id }) => [type, num, id] }, ({ type, num, nodeId, port, releaseId, state }) => ({
      type,
      num,
      name: `${type}.${num}`,
      node: nodes.get(nodeId) ?? null,
      port,
      release: releases.get(releaseId) ?? null,
      state,
    }));
  },
});
