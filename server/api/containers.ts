import { forFormation } from './endpoint.js';
import { pageQuery, preparedPage } from './page.js';

/** By process type and number; of two beside each other during a deploy the older first. */
export const listContainers = forFormation({
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    const containers = await stores.containers.ofFormation(call.formation.id);
    return preparedPage(call, containers, { key: ({ type, num, id }) => [type, num, id] }, async (shown) => {
      const nodes = new Map((await stores.nodes.ofFormation(call.formation.id)).map((node) => [node.id, node.name]));
      const releases = new Map((await stores.releases.byIds(shown.map(({ releaseId }) => releaseId))).map((release) => [release.id, release.version]));
      return ({ type, num, nodeId, port, releaseId, state }) => ({
        type,
        num,
        name: `${type}.${num}`,
        node: nodes.get(nodeId) ?? null,
        port,
        release: releases.get(releaseId) ?? null,
        state,
      });
    });
  },
});
