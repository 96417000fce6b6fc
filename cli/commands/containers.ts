import type { Container } from '../controller/api-types.js';
import { carryOut } from '../actions/carry-out.js';
import type { CommandTable } from '../command.js';
import { counts, table } from '../terminal/format.js';
import { parseContainerName } from '../terminal/container-name.js';
import { parseCounts } from '../terminal/pairs.js';

export const containers: CommandTable = {
  list: {
    summary: "the app's containers",
    onFormation: true,
    json: true,
    limit: 1000,
    details: 'Example:\n  deis ps',
    run: async (call) => {
      const all = await call.list<Container>(await call.formationPath('containers'));
      call.printList(
        all,
        (rows) =>
          table(
            ['NAME', 'STATE', 'RELEASE', 'NODE', 'PORT'],
            rows.map((container) => [
              container.name,
              container.state,
              `v${container.release}`,
              container.node,
              container.port,
            ]),
          ),
        'No containers: git push deis master, or deis scale web=1',
      );
    },
  },
  restart: {
    summary: 'make containers anew, unnoticed: all, those of a process type, or one',
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
