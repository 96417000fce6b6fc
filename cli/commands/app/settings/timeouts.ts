import type { Call } from '../../../call.js';
import {
  changeSetting,
  listCommand,
  readSetting,
  unsetTypes,
  type TypeSetting,
} from '../../../actions/app/type-setting.js';
import type { CommandTable } from '../../../command.js';
import { parseCounts } from '../../../terminal/input/pairs.js';

interface Timeouts {
  readonly release: number | null;
  /** Process type -> seconds. */
  readonly timeouts: Readonly<Record<string, number>>;
}

const setting: TypeSetting<Timeouts> = {
  name: 'timeouts',
  title: 'Stop timeouts',
  summary: 'how long containers of each process type may take to stop',
  none: 'All as by default, 10 s. To give more: deis timeouts:set worker=30',
  heads: ['TYPE', 'SECONDS'],
  rows: (present) => Object.entries(present.timeouts),
};

export const timeouts: CommandTable = {
  list: listCommand(setting),
  set: {
    summary: 'set the seconds that process types have to stop; cuts a release and deploys it',
    args: '<type=seconds...>',
    onFormation: true,
    json: true,
    details:
      'A container that is stopped gets SIGTERM, and SIGKILL when it still runs after these seconds (1 to 60; ' +
      '10 by default).\nContainers of earlier releases keep theirs.\n\n' +
      'Example:\n  deis timeouts:set web=20 worker=60',
    run: async (call) =>
      changeSetting(call, setting, { timeouts: parseCounts(call.args, 'worker=30', 'timeout') }),
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

async function unset(call: Call): Promise<void> {
  const { timeouts: present } = await readSetting(call, setting);
  const changes = await unsetTypes(call, (type) => Object.hasOwn(present, type));
  if (changes !== undefined) await changeSetting(call, setting, { timeouts: changes });
}
