import type { Call } from '../../call.js';
import { carryOut, changedIn } from '../../actions/carry-out.js';
import { onlySet } from '../../actions/app/only-set.js';
import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';
import { parseCounts } from '../../terminal/pairs.js';

interface Timeouts {
  readonly release: number | null;
  /** Process type -> seconds. */
  readonly timeouts: Readonly<Record<string, number>>;
}

export const timeouts: CommandTable = {
  list: {
    summary: 'how long containers of each process type may take to stop',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis timeouts',
    run: async (call) => {
      const present = await read(call);
      const rows = Object.entries(present.timeouts);
      if (rows.length === 0 && !call.wantsJson)
        return call.output.talk('All as by default, 10 s. To give more: deis timeouts:set worker=30');
      call.print(present, () => table(['TYPE', 'SECONDS'], rows));
    },
  },
  set: {
    summary: 'set the seconds that process types have to stop; cuts a release and deploys it',
    args: '<type=seconds...>',
    onFormation: true,
    json: true,
    details:
      'A container that is stopped gets SIGTERM, and SIGKILL when it still runs after these seconds (1 to 60; ' +
      '10 by default).\nContainers of earlier releases keep theirs.\n\n' +
      'Example:\n  deis timeouts:set web=20 worker=60',
    run: async (call) => change(call, parseCounts(call.args, 'worker=30', 'timeout')),
  },
  unset: {
    summary: 'stop process types as by default again; cuts a release and deploys it',
    args: '<type...>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis timeouts:unset worker',
    run: unset,
  },
};

async function read(call: Call): Promise<Timeouts> {
  return (await call.api()).get<Timeouts>(await call.formationPath('timeouts'));
}

async function unset(call: Call): Promise<void> {
  const { timeouts: present } = await read(call);
  const types = await onlySet(call, call.args, (type) => Object.hasOwn(present, type));
  if (types.length > 0) await change(call, Object.fromEntries(types.map((type) => [type, null])));
}

async function change(call: Call, timeouts: Readonly<Record<string, number | null>>): Promise<void> {
  const ended = await carryOut(call, await call.formationPath('timeouts'), { timeouts });
  call.output.talk(`Stop timeouts of ${await call.formation()} ${changedIn(ended)}`);
}
