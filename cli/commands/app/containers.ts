import type { Container } from '../../controller/api-types.js';
import type { Node } from '../../controller/infrastructure-types.js';
import { carryOut } from '../../actions/carry-out.js';
import { roomTable } from '../../actions/infrastructure/node-room.js';
import type { CommandTable } from '../../command.js';
import { ago } from '../../terminal/ago.js';
import { bytes, counts, table } from '../../terminal/format.js';
import { parseContainerName } from '../../terminal/input/container-name.js';
import { parseCounts } from '../../terminal/input/pairs.js';

/** What is seen where it differs from what is wanted. */
function stateOf({ state, seen }: Container): string {
  return state === 'serving' && seen && seen.state !== 'up' ? seen.state : state;
}

function lastExit({ seen }: Container): string | null {
  if (!seen || seen.exit_code === null) return null;
  return seen.out_of_memory ? `${seen.exit_code} (out of memory)` : String(seen.exit_code);
}

function memoryOf({ usage }: Container): string | null {
  if (!usage) return null;
  const { memory, memory_limit: limit } = usage;
  return `${bytes(memory)}${limit === null ? '' : ` of ${bytes(limit)}`}`;
}

function containerTable(rows: readonly Container[]): string {
  return table(
    ['NAME', 'STATE', 'SINCE', 'RESTARTS', 'LAST EXIT', 'CPU', 'MEMORY', 'RELEASE', 'NODE', 'PORT'],
    rows.map((container) => [
      container.name,
      stateOf(container),
      container.seen && ago(container.seen.since),
      container.seen?.restarts,
      lastExit(container),
      container.usage?.cpu.toFixed(2),
      memoryOf(container),
      `v${container.release}`,
      container.node,
      container.port,
    ]),
  );
}

export const containers: CommandTable = {
  list: {
    summary: "the app's containers",
    onFormation: true,
    json: true,
    limit: 1000,
    details:
      'STATE is what the node was last seen to do, at most half a minute ago: `crashing` restarts over and ' +
      'over (deis logs says why), `stopped` and `missing` do not run, of `unreachable` the node does not answer. ' +
      'CPU (in cores) and MEMORY are what it used when its node was read last, a few seconds ago; ' +
      'deis metrics shows them over time. Below, of each node: what limits leave of all that it has\n' +
      '(deis limits), and what is not in use now.\n\n' +
      'Example:\n  deis ps',
    run: async (call) => {
      const all = await call.list<Container>(await call.formationPath('containers'));
      // Data is the containers alone.
      const isTable = all.length > 0 && !call.wantsJson;
      const nodes = isTable ? await call.list<Node>(await call.formationPath('nodes')) : [];
      call.printList(
        all,
        (rows) => [containerTable(rows), ...roomTable(nodes)].join('\n\n'),
        'No containers: they need a push (git push deis HEAD:master), nodes (deis layers:scale runtime=1 proxy=1; ' +
          'a guest has those of its host) and a count (deis scale web=1); deis info says what is there',
      );
    },
  },
  restart: {
    summary: 'replace containers, without a failed request: all, those of a process type, or one',
    args: '[type[.num]]',
    onFormation: true,
    json: true,
    details:
      'New containers of the same release start beside the old and become healthy, the proxies switch, ' +
      'the old drain. When a new one does not start, the old go on.\n\n' +
      'Example:\n' +
      '  deis ps:restart\n' +
      '  deis ps:restart web\n' +
      '  deis ps:restart web.1',
    run: async (call) => {
      const which = parseContainerName(call.args[0]);
      await carryOut(call, await call.formationPath('restart'), which);
      call.output.talk(`Restarted ${call.args[0] ?? 'all containers'}`);
    },
  },
  scale: {
    summary: 'start or stop containers until each process type has its count',
    args: '<type=count...>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis scale web=4 worker=1',
    run: async (call) => {
      const wanted = parseCounts(call.args, 'web=2');
      await carryOut(call, await call.formationPath('scale', 'containers'), wanted);
      call.output.talk(`Scaled ${counts(wanted)}`);
    },
  },
};
