import { createHmac } from 'node:crypto';
import type { GitEndpoint } from '../controller/api-types.js';

/** What a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) says of an endpoint's keys. */
export type KnownHostsFinding =
  /** One of the endpoint's keys is there: ssh will ask nothing. */
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /**
   * The file holds another key of the same type for this host, or one of these keys as revoked. `lines` are
   * numbered from 1.
   */
  | { readonly kind: 'differs'; readonly lines: readonly number[] };

/** The host as ssh writes it: bare on port 22, else `[host]:port`. */
export function knownHostsName({ host, port }: Pick<GitEndpoint, 'host' | 'port'>): string {
  const bare = host.replace(/^\[|\]$/g, '');
  return port === 22 ? bare : `[${bare}]:${port}`;
}

/** The lines to add. Keys and hosts come from the controller: what is no plain host or key makes no line. */
export function knownHostsLines(endpoint: GitEndpoint): string[] {
  if (!/^[A-Za-z0-9.:_[\]-]+$/.test(endpoint.host)) return [];
  return endpoint.host_keys
    .filter((key) => keyParts(key) !== undefined)
    .map((key) => `${knownHostsName(endpoint)} ${keyParts(key)!.join(' ')}`);
}

/**
 * Looks an endpoint up in the text of a known_hosts file: plain, hashed and wildcard names, `@revoked` marks.
 */
export function findInKnownHosts(text: string, endpoint: GitEndpoint): KnownHostsFinding {
  const name = knownHostsName(endpoint);
  const keys = endpoint.host_keys.flatMap((key) => keyParts(key)?.join(' ') ?? []);
  const types = new Set(keys.map((key) => key.split(' ')[0]));
  const entries = text
    .split('\n')
    .flatMap((line, index) => parseEntry(line, index + 1))
    .filter((entry) => matchesName(entry.names, name));
  const revoked = entries.filter((entry) => entry.mark === '@revoked' && keys.includes(entry.key));
  const plain = entries.filter((entry) => entry.mark === undefined);
  const other = plain.filter((entry) => types.has(entry.key.split(' ')[0]) && !keys.includes(entry.key));
  if (revoked.length + other.length > 0)
    return { kind: 'differs', lines: [...revoked, ...other].map((entry) => entry.line) };
  return plain.some((entry) => keys.includes(entry.key)) ? { kind: 'known' } : { kind: 'unknown' };
}

interface Entry {
  readonly line: number;
  readonly mark: string | undefined;
  readonly names: string;
  /** `ssh-ed25519 AAAA...` */
  readonly key: string;
}

function parseEntry(text: string, line: number): Entry[] {
  const match = /^\s*(?:(@\S+)\s+)?([^\s#@]\S*)\s+(\S+)\s+([A-Za-z0-9+/=]+)/.exec(text);
  if (match === null) return [];
  const [, mark, names = '', type = '', data = ''] = match;
  return [{ line, mark, names, key: `${type} ${data}` }];
}

function keyParts(key: string): [type: string, data: string] | undefined {
  const match = /^([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})(?: .*)?$/.exec(key.trim());
  return match === null ? undefined : [match[1]!, match[2]!];
}

function matchesName(names: string, name: string): boolean {
  if (names.startsWith('|1|')) return matchesHash(names, name);
  const patterns = names.toLowerCase().split(',');
  const matches = (pattern: string): boolean => wildcard(pattern).test(name.toLowerCase());
  return (
    patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))
  );
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, as HashKnownHosts writes it. */
function matchesHash(hashed: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hashed.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}
