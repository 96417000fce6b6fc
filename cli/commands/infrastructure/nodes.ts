import type { HostKey, Node } from '../../controller/infrastructure-types.js';
import type { Call } from '../../call.js';
import { carryOut, carryOutDelete } from '../../actions/carry-out.js';
import type { CommandTable } from '../../command.js';
import { confirmHostKey } from '../../actions/infrastructure/confirm-host-key.js';
import { nodeContainers, nodeMemory, nodeTable } from '../../actions/infrastructure/node-load.js';
import { nodeRoom } from '../../actions/infrastructure/node-room.js';
import { nodeLayer, nodeState } from '../../actions/infrastructure/node-state.js';
import { properties } from '../../terminal/format.js';
import { pairTexts } from '../../terminal/input/pairs.js';
import { runOnNode } from '../../actions/infrastructure/run-on-node.js';
import { showNodeStatus } from '../../actions/infrastructure/show-node-status.js';
import { upgradeNode } from '../../actions/infrastructure/upgrade-node.js';

export const nodes: CommandTable = {
  list: {
    summary: "the formation's nodes",
    onFormation: true,
    json: true,
    limit: 1000,
    details:
      'CONTAINERS is how many start or serve there, of which formation where others live there, too; MEMORY LIMITS ' +
      'what they may\nuse together (deis limits). MEMORY LEFT and CPU LEFT are what these limits leave of all ' +
      'that the machine has,\n' +
      'less than 0 where they promise more, and what is not in use now. TAGS are those of the layer (deis tags).\n\n' +
      'Example:\n  deis nodes',
    run: async (call) => {
      const all = await call.list<Node>(await call.formationPath('nodes'));
      call.printList(
        all,
        nodeTable,
        'No nodes: deis layers:scale runtime=1 proxy=1, or for a host of yours deis nodes:create ADDRESS',
      );
    },
  },
  status: {
    summary:
      'how each node is: status, last action, last error; with --drift also whether it is what it must be',
    options: [
      ['--drift', 'compare every node with what it must be, by a why-run'],
      ['--exit-code', 'with --drift: exit with 7 when a node has drifted'],
    ],
    details: 'Example:\n  deis nodes:status\n  deis nodes:status --drift',
    onFormation: true,
    json: true,
    run: showNodeStatus,
  },
  info: {
    summary: 'one node, with its last error',
    args: '<node>',
    details: 'Example:\n  deis nodes:info peachy-waxworks-runtime-1',
    onFormation: true,
    json: true,
    run: async (call) => {
      const node = await (await call.api()).get<Node>(await call.formationPath('nodes', call.arg(0)));
      call.print(node, () =>
        properties([
          ['name', node.id],
          ['layer', nodeLayer(node)],
          ['status', nodeState(node)],
          ['address', node.address],
          ['private address', node.private_address],
          ['tags', pairTexts(node.tags ?? {})],
          ['containers', nodeContainers(node)],
          ['memory limits', nodeMemory(node)],
          ['memory left', nodeRoom(node, 'memory')],
          ['cpu left', nodeRoom(node, 'cpus')],
          ['cloud id', node.cloud_id],
          ['generation', node.generation],
          ['last action', node.last_action],
          ['last error', (node.last_error ?? '').split('\n')],
          ['created', node.created_at],
        ]),
      );
    },
  },
  create: {
    summary: 'adopt a host that exists already as a node of a layer',
    args: '<address>',
    options: [
      ['--layer <layer>', 'of a flavor whose provider is of type static'],
      ['--host-key <key>', "the host's SSH key or its fingerprint, instead of being asked"],
      ['--private-address <address>', "where the formation's other nodes reach it; default: the same"],
    ],
    onFormation: true,
    json: true,
    details:
      'The host is looked at first (sudo, system, disk, cgroups, ports) and touched only when all is ' +
      'well. Its user (layers:list --json: ssh_username)\n' +
      "must let the layer's key in (ssh_public_key).\n\n" +
      'Example:\n' +
      '  deis nodes:create 203.0.113.21 --layer=runtime',
    run: adopt,
  },
  destroy: {
    summary: 'take one node out: its containers move elsewhere, then it is terminated',
    args: '<node>',
    options: [
      ['--keep', 'leave on an adopted host what was put there'],
      ['--confirm <node>', 'its name again: it runs recipes of your own, or has stayed for a guest'],
      ['--purge-data', 'let the data go, too, that those recipes made'],
    ],
    onFormation: true,
    json: true,
    details:
      'A node that runs recipes of your own may hold data. It needs --confirm, and an adopted host keeps\n' +
      'its data then. --purge-data takes the data as well; a machine of a cloud cannot go without it.\n\n' +
      'Examples:\n' +
      '  deis nodes:destroy peachy-waxworks-runtime-2\n' +
      '  deis nodes:destroy peachy-waxworks-mydb-1 --confirm=peachy-waxworks-mydb-1',
    run: destroy,
  },
  replace: {
    summary: 'launch a new node in the place of one, which goes when the new one serves',
    args: '<node>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis nodes:replace peachy-waxworks-runtime-1',
    run: async (call) => {
      await carryOut(call, await call.formationPath('nodes', call.arg(0), 'replace'));
      call.output.talk(`Replaced ${call.arg(0)}`);
    },
  },
  upgrade: {
    summary: "bring the packages of a node's system up to date; its containers move elsewhere before",
    args: '<node>',
    options: [['--reboot', 'reboot it where what was upgraded needs that, a new kernel say']],
    onFormation: true,
    json: true,
    details:
      'Debian or Ubuntu: Docker, nginx, rsyslog, the kernel and what else is there, without a lost request.\n' +
      'One that was cordoned or drained is so again afterwards. A proxy serves on, its nginx takes over in\n' +
      'place; while a proxy reboots nothing answers at its address.\n\n' +
      'Examples:\n' +
      '  deis nodes:upgrade peachy-waxworks-runtime-1\n' +
      '  deis nodes:upgrade peachy-waxworks-runtime-1 --reboot',
    run: upgradeNode,
  },
  drain: {
    summary: "move a runtime node's containers elsewhere, unnoticed, and give it no new ones",
    args: '<node>',
    onFormation: true,
    json: true,
    details:
      'Formations that live there move, too. One that serves there and cannot is named, and the command\n' +
      'fails: the node is drained but for that one, and the same command goes on once its people have\n' +
      'mended it.\n\n' +
      'Example:\n' +
      '  deis nodes:drain peachy-waxworks-runtime-1\n' +
      '  deis nodes:uncordon peachy-waxworks-runtime-1',
    run: async (call) => {
      await carryOut(call, await call.formationPath('nodes', call.arg(0), 'drain'));
      call.output.talk(
        `Drained ${call.arg(0)}; it takes containers again after: deis nodes:uncordon ${call.arg(0)}`,
      );
    },
  },
  cordon: {
    summary: 'give a runtime node no new containers; those that it runs stay',
    args: '<node>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis nodes:cordon peachy-waxworks-runtime-1',
    run: (call) => schedule(call, 'cordon'),
  },
  uncordon: {
    summary: 'let a runtime node take new containers again',
    args: '<node>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis nodes:uncordon peachy-waxworks-runtime-1',
    run: (call) => schedule(call, 'uncordon'),
  },
  trust: {
    summary: 'pin the host key that a node shows now, after you confirm it',
    args: '<node>',
    options: [['--host-key <key>', "the node's SSH key or its fingerprint, instead of being asked"]],
    onFormation: true,
    json: true,
    details: 'Example:\n  deis nodes:trust peachy-waxworks-runtime-1',
    run: async (call) => {
      const path = (verb: string): Promise<string> => call.formationPath('nodes', call.arg(0), verb);
      const shown = await (await call.api()).get<HostKey>(await path('host-key'));
      const node = await (
        await call.api()
      ).post<Node>(await path('trust'), { host_key: await confirmHostKey(call, call.arg(0), shown) });
      call.print(node, () => `${node.id} is trusted by ${shown.fingerprint}`);
    },
  },
  ssh: {
    summary: 'run a command on a node itself',
    args: '<node> <command...>',
    onFormation: true,
    passThrough: true,
    details:
      "The controller enters the node for you, as the layer's user. " +
      "Exits with the command's own exit code.\n\n" +
      'Examples:\n' +
      '  deis nodes:ssh peachy-waxworks-runtime-1 uptime\n' +
      '  deis nodes:ssh -f peachy-waxworks peachy-waxworks-runtime-1 uptime\n' +
      "  deis nodes:ssh peachy-waxworks-runtime-1 'sudo docker ps | head'",
    run: runOnNode,
  },
};

async function adopt(call: Call): Promise<void> {
  const [address, layer] = [call.arg(0), call.required('layer', '--layer=<layer>')];
  const query = new URLSearchParams({ address, layer });
  const shown = await (
    await call.api()
  ).get<HostKey>(`${await call.formationPath('host-key')}?${query.toString()}`);
  const host_key = await confirmHostKey(call, address, shown);
  await carryOut(call, await call.formationPath('nodes'), {
    address,
    layer,
    host_key,
    private_address: call.option('privateAddress'),
  });
  call.output.talk(`${address} is a node of ${layer} now`);
}

async function destroy(call: Call): Promise<void> {
  const [node, confirm] = [call.arg(0), call.option('confirm')];
  const query = new URLSearchParams({
    ...(call.flag('keep') ? { keep: 'true' } : {}),
    ...(confirm === undefined ? {} : { confirm }),
    ...(call.flag('purgeData') ? { purge_data: 'true' } : {}),
  });
  await carryOutDelete(call, `${await call.formationPath('nodes', node)}?${query.toString()}`);
  call.output.talk(`Destroyed ${node}`);
}

async function schedule(call: Call, verb: 'cordon' | 'uncordon'): Promise<void> {
  const node = await (await call.api()).post<Node>(await call.formationPath('nodes', call.arg(0), verb));
  call.print(node, () => `${node.id} is ${nodeState(node)}`);
}
