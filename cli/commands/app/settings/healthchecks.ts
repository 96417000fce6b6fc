import type { HealthCheck, HealthChecks } from '../../../controller/setting-types.js';
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
import { parseSettings } from '../../../terminal/input/pairs.js';

const meanings = `Settings:
  path=/health     ask for it over HTTP
  status=200-399   answers that are good; this is the default
  timeout=5        seconds for one answer; 5 is the default at the start, and 2.5 s for proxies
  interval=2       seconds between two checks; by default proxies ask each 2 s (of tcp each second)
  retries=2        failed checks in a row until proxies pass over a container; this is the default.
                   Where it is set, so many in a row also fail a start, one each interval (1 s)
  start=0          seconds after the start in which failed checks do not count for retries
  deadline=60      seconds until the first good answer; then the deploy fails
  kind=tcp         ask for nothing: something listens on PORT (web, by default),
                   or kind=none: the process has stayed up for 2 s (others, by default)`;

const setting: TypeSetting<HealthChecks> = {
  name: 'healthchecks',
  title: 'Health checks',
  summary: 'how new containers show that they are well',
  none:
    'All as by default: web processes listen on PORT, others stay up. To ask for a path: ' +
    'deis healthchecks:set web path=/health',
  heads: ['TYPE', 'KIND', 'PATH', 'STATUS', 'TIMEOUT', 'INTERVAL', 'RETRIES', 'START', 'DEADLINE'],
  rows: ({ checks }) =>
    Object.entries(checks).map(([type, check]) => [
      type,
      check.kind,
      check.path,
      check.status?.join('-'),
      check.timeout,
      check.interval,
      check.retries,
      check.start,
      check.deadline,
    ]),
};

export const healthchecks: CommandTable = {
  list: listCommand(setting),
  set: {
    summary:
      'say how new containers of a process type show that they are well; cuts a release and deploys it',
    args: '<type> <setting=value...>',
    onFormation: true,
    json: true,
    details:
      `${meanings}\n\n` +
      "It takes the place of the type's earlier check. Code first: " +
      'the deploy asks the code that is there already.\n\n' +
      'Example:\n' +
      '  deis healthchecks:set web path=/health timeout=1 deadline=30',
    run: async (call) =>
      change(call, { [call.arg(0)]: checkOf(parseSettings(call.args.slice(1), 'path=/health')) }),
  },
  unset: {
    summary: 'check process types as by default again; cuts a release and deploys it',
    args: '<type...>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis healthchecks:unset web',
    run: unset,
  },
};

async function unset(call: Call): Promise<void> {
  const { checks } = await readSetting(call, setting);
  const changes = await unsetTypes(call, (type) => Object.hasOwn(checks, type));
  if (changes !== undefined) await change(call, changes);
}

const times = ['timeout', 'interval', 'retries', 'start', 'deadline'] as const;
const names = ['kind', 'path', 'status', ...times];

function checkOf(given: Readonly<Record<string, string>>): Partial<HealthCheck> {
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw usageError(
      `a health check has no setting ${JSON.stringify(unknown)}`,
      `there are ${names.join(', ')}`,
    );
  const { path, status } = given;
  const kind = given['kind'] ?? (path === undefined ? 'tcp' : 'http');
  return {
    kind,
    ...(path !== undefined && { path }),
    ...(status !== undefined && { status: range(status) }),
    ...Object.fromEntries(
      times.flatMap((name) => {
        const value = given[name];
        return value === undefined ? [] : [[name, wholeNumber(name, value)]];
      }),
    ),
  };
}

function range(value: string): [number, number] {
  const [, low, high = low] = /^(\d{3})(?:-(\d{3}))?$/.exec(value) ?? [];
  if (low === undefined) throw usageError(`status=${value}: give one or a range, like 200 or 200-399`);
  return [Number(low), Number(high)];
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,6}$/.test(value))
    throw usageError(`${name}=${value}: give ${name === 'retries' ? 'a whole number' : 'whole seconds'}`);
  return Number(value);
}

async function change(call: Call, checks: Readonly<Record<string, unknown>>): Promise<void> {
  await changeSetting(call, setting, { checks }, Object.keys(checks));
}
