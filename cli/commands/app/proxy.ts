import type { ProxySettings } from '../../controller/api-types.js';
import type { Call } from '../../call.js';
import { carryOut } from '../../actions/carry-out.js';
import { onlySet } from '../../actions/app/only-set.js';
import type { CommandTable } from '../../command.js';
import { usageError } from '../../terminal/errors.js';
import { memorySize, properties } from '../../terminal/format.js';
import { parseSettings } from '../../terminal/pairs.js';

/** 18 weeks: what Deis had. */
const hstsByDefault = 10_886_400;

type Setting = Exclude<keyof ProxySettings, 'set'>;

/** How each setting is written on the command line. */
const settings: Readonly<Record<Setting, (name: string, value: string) => unknown>> = {
  algorithm: (_name, value) => value,
  body_size: (_name, value) => value,
  timeout: wholeNumber,
  enforce_https: onOrOff,
  hsts: (name, value) => (value === 'on' ? hstsByDefault : value === 'off' ? null : wholeNumber(name, value)),
  hsts_subdomains: onOrOff,
  hsts_preload: onOrOff,
  allow: (_name, value) => value.split(','),
  trusted: (_name, value) => value.split(','),
};

const meanings = `Settings:
  algorithm=NAME       who gets a request: round_robin (default), least_conn, ip_hash
  body_size=20m        what a request may send; larger ones get a 413
  timeout=60           seconds that the app may be silent; then 504
  enforce_https=on     redirect plain requests
  hsts=on              tell browsers to come by HTTPS alone, for 18 weeks or so many seconds;
                       0 makes them forget
  hsts_subdomains=on   names below it, too
  hsts_preload=on      let browsers carry the name in their lists
  allow=CIDR,CIDR      who may ask; others get a 403
  trusted=CIDR,CIDR    proxies before these: their X-Forwarded-For, -Proto and -Port are believed`;

export const proxy: CommandTable = {
  list: {
    summary: 'how the proxies treat requests',
    onFormation: true,
    json: true,
    details: `${meanings}\n\nExample:\n  deis proxy`,
    run: async (call) => {
      call.print(await read(call), shown);
    },
  },
  set: {
    summary: 'change how the proxies treat requests',
    args: '<setting=value...>',
    onFormation: true,
    json: true,
    details:
      `${meanings}\n\n` +
      'Every proxy has taken the change when this ends.\n\n' +
      'Examples:\n' +
      '  deis proxy:set body_size=20m timeout=60\n' +
      '  deis proxy:set enforce_https=on hsts=on\n' +
      '  deis proxy:set allow=203.0.113.0/24,198.51.100.7',
    run: async (call) =>
      change(
        call,
        Object.fromEntries(
          Object.entries(parseSettings(call.args, 'timeout=60')).map(([name, value]) => [
            name,
            settings[known(name)](name, value),
          ]),
        ),
      ),
  },
  unset: {
    summary: 'put settings of the proxies back to their defaults',
    args: '<setting...>',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis proxy:unset body_size allow',
    run: unset,
  },
};

async function read(call: Call): Promise<ProxySettings> {
  return (await call.api()).get<ProxySettings>(await call.formationPath('proxy'));
}

/** A proxy that has not taken an earlier change takes it by a converge. */
async function unset(call: Call): Promise<void> {
  const names = call.args.map(known);
  const { set } = await read(call);
  const left = await onlySet(call, names, (name) => set?.includes(name) ?? true);
  if (left.length > 0) await change(call, Object.fromEntries(left.map((name) => [name, null])));
  else call.output.talk('Where a proxy has missed an earlier change: deis converge');
}

function known(name: string): Setting {
  if (!Object.hasOwn(settings, name))
    throw usageError(
      `the proxies have no setting ${JSON.stringify(name)}`,
      `there are ${Object.keys(settings).join(', ')}`,
    );
  return name as Setting;
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value))
    throw usageError(`${name}=${value}: give whole seconds`, `for example ${name}=60`);
  return Number(value);
}

function onOrOff(name: string, value: string): boolean {
  if (value !== 'on' && value !== 'off') throw usageError(`${name}=${value}: give on or off`);
  return value === 'on';
}

async function change(call: Call, changes: Readonly<Record<string, unknown>>): Promise<void> {
  await carryOut(call, await call.formationPath('proxy'), changes);
  call.output.talk(`Proxies of ${await call.formation()}: changed ${Object.keys(changes).join(', ')}`);
}

function shown(present: ProxySettings): string {
  const onOff = (value: boolean): string => (value ? 'on' : 'off');
  return properties([
    ['algorithm', present.algorithm],
    ['body_size', present.body_size === null ? 'as the layer says, else 1M' : memorySize(present.body_size)],
    ['timeout', `${present.timeout} s`],
    ['enforce_https', onOff(present.enforce_https)],
    ['hsts', present.hsts === null ? 'off' : `${present.hsts} s`],
    ['hsts_subdomains', onOff(present.hsts_subdomains)],
    ['hsts_preload', onOff(present.hsts_preload)],
    ['allow', present.allow.length === 0 ? ['everybody'] : present.allow],
    ['trusted', present.trusted.length === 0 ? ['none'] : present.trusted],
  ]);
}
