import type { Limits } from '../../../controller/setting-types.js';
import type { Call } from '../../../call.js';
import {
  changeSetting,
  listCommand,
  readSetting,
  unsetTypes,
  type TypeSetting,
} from '../../../actions/app/type-setting.js';
import type { CommandTable } from '../../../command.js';
import { usageError } from '../../../terminal/errors.js';
import { memorySize } from '../../../terminal/format.js';
import { parseSettings } from '../../../terminal/input/pairs.js';

const kinds = [
  ['-c, --cpu', 'of cores, in the place of memory'],
  ['-m, --memory', 'of memory; this is the default'],
] as const;

const setting: TypeSetting<Limits> = {
  name: 'limits',
  title: 'Limits',
  summary: 'what the containers of each process type may use',
  none: 'No limits: deis limits:set web=512M',
  heads: ['TYPE', 'MEMORY', 'CPU'],
  rows: ({ types }) =>
    Object.entries(types).map(([type, { memory, cpus }]) => [
      type,
      memory === null ? 'unlimited' : memorySize(memory),
      cpus ?? 'unlimited',
    ]),
};

export const limits: CommandTable = {
  list: listCommand(setting),
  set: {
    summary: 'limit memory, or cores, of process types; cuts a release and deploys it',
    args: '<type=limit...>',
    options: kinds,
    onFormation: true,
    json: true,
    details:
      'Memory in bytes, or with K, M or G (of 1024); swap counts as memory. Cores as shares of one: ' +
      '0.5 is half of one, 2 are two. New containers start with the limit\n' +
      'beside the old; when one of them is killed for want of memory the old go on.\n\n' +
      'Examples:\n' +
      '  deis limits:set web=512M worker=1G\n' +
      '  deis limits:set --cpu web=0.5',
    run: async (call) => {
      const given = parseSettings(call.args, isCpu(call) ? 'web=0.5' : 'web=512M');
      await changeSetting(
        call,
        setting,
        isCpu(call)
          ? {
              cpus: Object.fromEntries(
                Object.entries(given).map(([type, value]) => [type, cores(type, value)]),
              ),
            }
          : { memory: given },
      );
    },
  },
  unset: {
    summary: 'take limits away; cuts a release and deploys it',
    args: '<type...>',
    options: kinds,
    onFormation: true,
    json: true,
    details: 'Examples:\n  deis limits:unset web\n  deis limits:unset --cpu web',
    run: unset,
  },
};

async function unset(call: Call): Promise<void> {
  const kind = isCpu(call) ? 'cpus' : 'memory';
  const { types } = await readSetting(call, setting);
  const changes = await unsetTypes(call, (type) => Object.hasOwn(types, type) && types[type]![kind] !== null);
  if (changes !== undefined) await changeSetting(call, setting, { [kind]: changes });
}

function isCpu(call: Call): boolean {
  if (call.flag('cpu') && call.flag('memory')) throw usageError('--cpu and --memory: one at a time');
  return call.flag('cpu');
}

function cores(type: string, value: string): number {
  if (!/^\d{1,4}(\.\d{1,6})?$/.test(value))
    throw usageError(`${type}=${value}: cores are a number`, 'for example web=0.5');
  return Number(value);
}
