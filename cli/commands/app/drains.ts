import type { Call } from '../../call.js';
import type { CommandTable } from '../../command.js';
import { usageError } from '../../terminal/errors.js';
import { bytes, properties, table } from '../../terminal/format.js';
import { inputLines } from '../../terminal/input/input-lines.js';

interface Drain {
  readonly id: string;
  readonly token: string;
  readonly type: string;
  readonly url: string;
  readonly created_at: string;
  readonly sent: number;
  readonly unsent: number;
  readonly backlog: number;
  readonly last_sent_at: string | null;
  readonly last_error: string | null;
  readonly last_error_at: string | null;
  readonly next_attempt_at: string | null;
}

const adminOption = [
  '--admin',
  'drains of the controller, which get the lines of all formations (admins)',
] as const;

export const drains: CommandTable = {
  list: {
    summary: 'where the lines of the app are sent to',
    options: [adminOption],
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Examples:\n  deis drains\n  deis drains --admin',
    run: async (call) => {
      const all = await call.list<Drain>(await pathOf(call));
      call.printList(
        all,
        (rows) =>
          table(
            ['NAME', 'URL', 'SENT', 'NOT SENT', 'WAITING', 'STATE'],
            rows.map((drain) => [
              drain.id,
              drain.url,
              drain.sent,
              drain.unsent,
              bytes(drain.backlog),
              drain.last_error ?? 'well',
            ]),
          ),
        'No drains: deis drains:add syslog+tls://logs.example.com:6514',
      );
    },
  },
  add: {
    summary: 'send the lines of the app somewhere, from now on',
    args: '<url>',
    options: [
      ['--name <name>', 'its name; default: drain-1, or the next one that is free'],
      ['--type <type>', 'loki: push to the Loki at a URL of https; default: as the URL says'],
      adminOption,
    ],
    onFormation: true,
    json: true,
    details:
      'URLs: syslog+tls://HOST:PORT, syslog://HOST:PORT, https://USER:SECRET@HOST/PATH, loki+https://HOST.\n' +
      'With - the URL is the line on standard input, so that a secret in it stands in no list of processes. ' +
      'User, secret, path and query are not shown again.\n\n' +
      'Examples:\n' +
      '  deis drains:add syslog+tls://logs.example.com:6514 --name=archive\n' +
      '  deis drains:add - --type=loki < url.txt',
    run: async (call) => {
      const body = { url: await urlOf(call), id: call.option('name'), type: call.option('type') };
      const drain = await (await call.api()).post<Drain>(await pathOf(call), body);
      if (call.wantsJson) return call.output.json(drain);
      call.output.talk(`Lines go to ${drain.url} from now on. How it goes: deis drains:info ${drain.id}`);
    },
  },
  info: {
    summary: 'one drain: what it has sent, what waits, and what went wrong',
    args: '<name>',
    options: [adminOption],
    onFormation: true,
    json: true,
    details: 'Example:\n  deis drains:info archive',
    run: async (call) => {
      const drain = await (await call.api()).get<Drain>(await pathOf(call, call.arg(0)));
      call.print(drain, describe);
    },
  },
  remove: {
    summary: 'send lines there no more; those that wait are forgotten',
    args: '<name>',
    options: [adminOption],
    onFormation: true,
    details: 'Example:\n  deis drains:remove archive',
    run: async (call) => {
      await (await call.api()).delete(await pathOf(call, call.arg(0)));
      call.output.talk(`Removed drain ${call.arg(0)}`);
    },
  },
};

async function pathOf(call: Call, ...rest: readonly string[]): Promise<string> {
  if (!call.flag('admin')) return call.formationPath('drains', ...rest);
  return ['/api/drains', ...rest.map(encodeURIComponent)].join('/');
}

async function urlOf(call: Call): Promise<string> {
  if (call.arg(0) !== '-') return call.arg(0);
  const [line = ''] = await inputLines(call.terminal);
  if (line === '') throw usageError('drains:add - needs a URL on standard input, and there is none');
  return line;
}

function describe(drain: Drain): string {
  return properties([
    ['Drain', drain.id],
    ['URL', drain.url],
    ['Type', drain.type],
    ['Token', drain.token],
    ['Since', drain.created_at],
    ['Sent', `${drain.sent} lines`],
    ['Not sent', `${drain.unsent} lines`],
    ['Waiting', bytes(drain.backlog)],
    ['Last sent', drain.last_sent_at],
    ['Last error', drain.last_error],
    ['Next attempt', drain.next_attempt_at],
  ]);
}
