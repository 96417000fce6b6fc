import type { Run } from '../../controller/api-types.js';
import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';

export const run: CommandTable = {
  list: {
    summary: 'one-off commands, newest first',
    onFormation: true,
    json: true,
    limit: 20,
    details: 'Example:\n  deis run:list',
    run: async (call) => {
      const all = await call.list<Run>(await call.formationPath('runs'));
      const state = ({ state: text, exit_code: code }: Run): string =>
        code === null ? text : `exited ${code}`;
      call.printList(
        all,
        (rows) =>
          table(
            ['RUN', 'STATE', 'COMMAND', 'NODE', 'BY', 'CREATED'],
            rows.map((each) => [
              each.id,
              state(each),
              each.command ?? '(hidden)',
              each.node,
              each.requested_by,
              each.created_at,
            ]),
          ),
        'Nothing was run yet',
      );
    },
  },
  stop: {
    summary: 'stop a one-off command, and remove its container',
    args: '<run>',
    onFormation: true,
    details: 'SIGTERM first, SIGKILL after ten seconds.\n\nExample:\n  deis run:stop run.3',
    run: async (call) => {
      await (await call.api()).delete(await call.formationPath('runs', call.arg(0)));
      call.output.talk(`Stopped ${call.arg(0)}`);
    },
  },
};
