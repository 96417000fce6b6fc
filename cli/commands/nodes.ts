import type { Node } from '../api-types.js';
import type { CommandTable } from '../command.js';
import { properties, table } from '../format.js';

export const nodes: CommandTable = {
  list: {
    summary: "the formation's nodes",
    onFormation: true,
    json: true,
    run: async (call) => {
      const all = await (await call.api()).list<Node>(await call.formationPath('nodes'));
      call.printList(all, (rows) => table(['NAME', 'LAYER', 'STATUS', 'ADDRESS', 'LAST ACTION'], rows.map((node) => [node.id, node.layer, node.status, node.address, node.last_action])), 'No nodes: deis layers:scale runtime=1 proxy=1');
    },
  },
  info: {
    summary: 'one node, with its last error',
    args: '<node>',
    onFormation: true,
    json: true,
    run: async (call) => {
      const node = await (await call.api()).get<Node>(await call.formationPath('nodes', call.arg(0)));
      call.print(node, () =>
        properties([
          ['name', node.id],
          ['layer', node.layer],
          ['status', node.status],
          ['address', node.address],
          ['private address', node.private_address],
          ['cloud id', node.cloud_id],
          ['generation', node.generation],
          ['last action', node.last_action],
          ['last error', (node.last_error ?? '').split('\n')],
          ['created', node.created_at],
        ]),
      );
    },
  },
};
