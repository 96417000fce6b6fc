import type { ProxySettings } from '../../../controller/setting-types.js';
import type { Call } from '../../../call.js';
import { carryOut } from '../../../actions/carry-out.js';
import { onlySet } from '../../../actions/app/only-set.js';
import type { CommandTable } from '../../../command.js';
import { usageError } from '../../../terminal/errors.js';
import { memorySize, properties } from '../../../terminal/format.js';
import { parseSettings } from '../../../terminal/input/pairs.js';

/** 18 weeks: what Deis had. */
const hstsByDefault = 10_886_400;

type Setting = Exclude<keyof ProxySettings, 'set'>;

/** How each setting is written on the command line. */
const settings: Readonly<Record<Setting, (name: string, value: string) => unknown>> = {
  mode: (_name, value) => value,
  port: (name, value) => wholeNumber(name, value, 'numbers'),
  type: (_name, value) => value,
  algorithm: (_name, value) => value,
  body_size: (_name, value) => value,
  timeout: wholeNumber,
  enforce_https: onOrOff,
  hsts: (name, value) => (value === 'on' ? hstsByDefault : value === 'off' ? null : wholeNumber(name, value)),
  hsts_subdomains: onOrOff,
  hsts_preload: onOrOff,
  allow: (_name, value) => value.split(','),
  trusted: (_name, value) => value.split(','),
  proxy_protocol: onOrOff,
  rate_limit: (_name, value) => value,
  rate_burst: (name, value) => wholeNumber(name, value, 'requests'),
  error_page: (_name, value) => errorPages(value),
};

const meanings = `Settings:
  mode=tcp             pass on connections of TCP as they are, at a port of their own, to the web
                       containers; mode=http, the default, passes on requests
  port=5432            of mode tcp: where; default: one from 10000 on that is free
  type=db              of mode tcp: process type that connections go to; default: web
  algorithm=NAME       who gets a request: round_robin (default), least_conn, ip_hash
  body_size=20m        what a request may send; larger ones get a 413
  timeout=60           seconds that the app may be silent; then 504. Of mode tcp a connection
  enforce_https=on     redirect plain requests
  hsts=on              tell browsers to come by HTTPS alone, for 18 weeks or so many seconds;
                       0 makes them forget
  hsts_subdomains=on   names below it, too
  hsts_preload=on      let browsers carry the name in their lists
  allow=CIDR,CIDR      who may ask; others get a 403. Of mode tcp no one may connect who is not
                       here, but formations that it is attached to (deis services:attach)
  trusted=CIDR,CIDR    proxies before these: their X-Forwarded-For, -Proto and -Port are believed
  proxy_protocol=on    connections begin with a PROXY header, believed of trusted, in the place
                       of X-Forwarded-*; connections without it are closed
  rate_limit=20/s      what one client may send to each proxy, or 300/m; more gets a 429
  rate_burst=40        how many more may come at once; default: as many as a second gives
  error_page=503:URL   your page for 502, 503, 504 or maintenance, fetched once, now (HTML,
                       64 KiB at most); several with commas; 503:off takes it back`;

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
      '  deis proxy:set mode=tcp port=5432\n' +
      '  deis proxy:set enforce_https=on hsts=on\n' +
      '  deis proxy:set allow=203.0.113.0/24,198.51.100.7\n' +
      '  deis proxy:set rate_limit=20/s error_page=503:https://example.com/503.html',
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

function wholeNumber(name: string, value: string, unit = 'seconds'): number {
  if (!/^\d{1,9}$/.test(value))
    throw usageError(`${name}=${value}: give whole ${unit}`, `for example ${name}=60`);
  return Number(value);
}

/** `503:https://...,maintenance:off`: a URL may have commas of its own. */
function errorPages(value: string): Record<string, string | null> {
  const pages = value.split(/,(?=[a-z0-9]+:(?:https?:|off(?:,|$)))/).map((each) => {
    const [, name, url] = /^(502|503|504|maintenance):(off|https?:.+)$/s.exec(each) ?? [];
    if (name === undefined || url === undefined)
      throw usageError(
        `error_page=${each.split('?')[0]}: expected 502, 503, 504 or maintenance, and a URL or off`,
        'for example error_page=503:https://example.com/503.html',
      );
    return [name, url === 'off' ? null : url] as const;
  });
  const repeated = pages.find(([name], index) => pages.findIndex(([other]) => other === name) !== index);
  if (repeated !== undefined) throw usageError(`error_page gives ${repeated[0]} twice`);
  return Object.fromEntries(pages);
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
    ...modeOf(present),
    ['algorithm', present.algorithm],
    ['body_size', present.body_size === null ? 'as the layer says, else 1M' : memorySize(present.body_size)],
    ['timeout', `${present.timeout} s`],
    ['enforce_https', onOff(present.enforce_https)],
    ['hsts', present.hsts === null ? 'off' : `${present.hsts} s`],
    ['hsts_subdomains', onOff(present.hsts_subdomains)],
    ['hsts_preload', onOff(present.hsts_preload)],
    [
      'allow',
      present.allow.length > 0 ? present.allow : [present.mode === 'tcp' ? 'who is attached' : 'everybody'],
    ],
    ['trusted', present.trusted.length === 0 ? ['none'] : present.trusted],
    ...newer(present),
  ]);
}

function modeOf({ mode, port, type }: ProxySettings): [string, string][] {
  if (mode !== 'tcp') return [['mode', 'http']];
  return [
    ['mode', 'tcp'],
    ['port', String(port)],
    ['type', type ?? 'web'],
  ];
}

/** What a controller of before does not tell. */
function newer(present: Partial<ProxySettings>): [string, string | readonly string[]][] {
  const { proxy_protocol: header, rate_limit: rate, rate_burst: burst, error_page: pages } = present;
  if (header === undefined) return [];
  const shownPages = Object.entries(pages ?? {}).map(([name, url]) => `${name}: ${url}`);
  return [
    ['proxy_protocol', header ? 'on' : 'off'],
    ['rate_limit', rate ?? 'none'],
    ['rate_burst', burst === null || burst === undefined ? 'as many as a second gives' : String(burst)],
    ['error_page', shownPages.length === 0 ? ["the proxies' own"] : shownPages],
  ];
}
