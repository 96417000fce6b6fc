import type { Limits } from '../../controller/setting-types.js';
import type { Call } from '../../call.js';
import { carryOut, changedIn } from '../../actions/carry-out.js';
import { onlySet } from '../../actions/app/only-set.js';
import type { CommandTable } from '../../command.js';
import { usageError } from '../../terminal/errors.js';
import { memorySize, table } from '../../terminal/format.js';
import { parseSettings } from '../../terminal/pairs.js';

const kinds = [
  ['-c, --cpu', 'of cores, in the place of memory'],
  ['-m, --memory', 'of memory; this is the default'],
] as const;

export const limits: CommandTable = {
  list: {
    summary: 'what the containers of each process type may use',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis limits',
    run: async (call) => {
      const present = await read(call);
      const rows = Object.entries(present.types);
      if (rows.length === 0 && !call.wantsJson)
        return call.output.talk('No limits: deis limits:set web=512M');
      call.print(present, () =>
        table(
          ['TYPE', 'MEMORY', 'CPU'],
          rows.map(([type, { memory, cpus }]) => [
            type,
            memory === null ? 'unlimited' : memorySize(memory),
            cpus ?? 'unlimited',
          ]),
        ),
      );
    },
  },
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
      await change(
        call,
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

async function read(call: Call): Promise<Limits> {
  return (await call.api()).get<Limits>(await call.formationPath('limits'));
}

async function unset(call: Call): Promise<void> {
  const kind = isCpu(call) ? 'cpus' : 'memory';
  const present = await read(call);
  const types = await onlySet(
    call,
    call.args,
    (type) => Object.hasOwn(present.types, type) && present.types[type]![kind] !== null,
  );
  if (types.length > 0) await change(call, { [kind]: Object.fromEntries(types.map((type) => [type, null])) });
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

async function change(call: Call, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const ended = await carryOut(call, await call.formationPath('limits'), changes);
  call.output.talk(`Limits of ${await call.formation()} ${changedIn(ended)}`);
}
