import { UserError } from '../../../base/errors.js';
import { hostInUrl } from '../../../base/host-in-url.js';
import type { DrainType } from '../../store/drains/drain-store.js';

/** Where a drain sends, and how. Holds secrets: never log it. */
export interface DrainTarget {
  readonly type: DrainType;
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Of `https` and `loki`: with its query. */
  readonly path: string;
  /** Of `https` and `loki`: `user:secret`. */
  readonly credentials: string | undefined;
}

const maxUrl = 2000;
const lokiPath = '/loki/api/v1/push';
/** RFC 5425, section 4.1; and what plain syslog commonly has. */
const syslogPorts = { 'syslog-tls': 6514, syslog: 514 } as const;
const schemes: Readonly<Record<string, DrainType>> = {
  'syslog+tls': 'syslog-tls',
  syslog: 'syslog',
  https: 'https',
  'loki+https': 'loki',
};
const syslogForm = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_][A-Za-z0-9._-]{0,252})(?::(\d{1,5}))?\/?$/;

/**
 * What a URL of a drain says. `loki+https` is `https` with the type `loki`.
 * @throws UserError of the field `url`, which never has the URL in it: it may be a secret
 */
export function readDrainUrl(url: string, wished?: DrainType): DrainTarget {
  const [, scheme = '', rest = ''] = /^([a-z+]{1,20}):\/\/(.+)$/.exec(url) ?? [];
  const type = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (type === undefined || url.length > maxUrl) throw wrongUrl();
  if (type === 'syslog' || type === 'syslog-tls') {
    requireType(type, wished);
    return syslogTarget(type, rest);
  }
  if (wished === 'loki') return httpsTarget('loki', rest);
  requireType(type, wished);
  return httpsTarget(type, rest);
}

/** The URL without user, password, path and query: `https://...@logs.example.com/...`. */
export function shownUrl({ type, host, port, path, credentials }: DrainTarget): string {
  const scheme = Object.keys(schemes).find((each) => schemes[each] === type);
  const address = hostInUrl(host);
  const isUsual = port === 443 && (type === 'https' || type === 'loki');
  const before = credentials === undefined ? '' : '...@';
  const behind = ['', '/', lokiPath].includes(path) ? '' : '/...';
  return `${scheme}://${before}${address}${isUsual ? '' : `:${port}`}${behind}`;
}

function syslogTarget(type: 'syslog' | 'syslog-tls', rest: string): DrainTarget {
  const [, host, port] = syslogForm.exec(rest) ?? [];
  const number = port === undefined ? syslogPorts[type] : Number(port);
  if (host === undefined || number < 1 || number > 65_535) throw wrongUrl();
  return { type, host: bare(host), port: number, path: '', credentials: undefined };
}

function httpsTarget(type: 'https' | 'loki', rest: string): DrainTarget {
  if (!URL.canParse(`https://${rest}`)) throw wrongUrl();
  const { hostname, port, username, password, pathname, search } = new URL(`https://${rest}`);
  const path = type === 'loki' && pathname === '/' ? lokiPath : pathname;
  return {
    type,
    host: bare(hostname),
    port: port === '' ? 443 : Number(port),
    path: `${path}${search}`,
    credentials: username === '' && password === '' ? undefined : `${decoded(username)}:${decoded(password)}`,
  };
}

function requireType(type: DrainType, wished: DrainType | undefined): void {
  if (wished !== undefined && wished !== type)
    throw new UserError(`is not the type of this url, which is ${type}`, { field: 'type' });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrongUrl();
  }
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function wrongUrl(): UserError {
  return new UserError(
    'is not a valid url of a drain: expected syslog+tls://HOST:PORT, syslog://HOST:PORT, ' +
      `https://USER:SECRET@HOST/PATH or loki+https://HOST, of at most ${maxUrl} characters`,
    { field: 'url' },
  );
}
