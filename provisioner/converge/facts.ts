import { shellQuote } from '../ssh/shell-quote.js';

export const dockerApi = 'curl --silent --show-error --fail-with-body --unix-socket /var/run/docker.sock';

/**
 * How each kind of fact is gathered: items -> one command whose output is the fact. As few forks as there are
 * kinds.
 */
const probes = {
  /** `path|type|mode|owner|group|link target` of paths that exist. */
  paths: (items) => `find ${shellQuote(items)} -maxdepth 0 -printf '%p|%y|%m|%u|%g|%l\\n'`,
  /** `sha256  path` of files that exist. */
  sums: (items) => `sha256sum -- ${shellQuote(items)}`,
  /** `package status version` */
  packages: (items) =>
    `dpkg-query -W -f '\${Package} \${db:Status-Status} \${Version}\\n' ${shellQuote(items)}`,
  /** Blocks of properties. */
  units: (items) => `systemctl show --property=Id,ActiveState,UnitFileState -- ${shellQuote(items)}`,
  /** Lines of /etc/passwd. */
  users: (items) => `getent passwd -- ${shellQuote(items)}`,
  /** Lines of /etc/group. */
  groups: (items) => `getent group -- ${shellQuote(items)}`,
  /** `path:value` of files below /proc/sys, which yield nothing to a shell that reads byte by byte. */
  settings: (items) => `grep -H '' ${shellQuote(items)}`,
  /** JSON of images, then of the formation's containers. */
  docker: (items) => `${dockerApi} ${shellQuote(items)}`,
  iptables: () => 'iptables -S',
  /** What local endpoints answer. */
  endpoints: (items) => `curl --silent --max-time 5 -- ${shellQuote(items)}`,
} satisfies Record<string, (items: readonly string[]) => string>;

export type FactName = keyof typeof probes;

/**
 * The function `need_NAME`, which fills the variable `NAME` unless nothing has changed since it was filled.
 */
export function compileFact(name: FactName, items: readonly string[]): string {
  return [
    `${name}_at=`,
    `need_${name}() {`,
    `  [ "$${name}_at" != "$epoch" ] || return 0`,
    `  ${name}=$nl$(${probes[name](items)} 2>/dev/null)$nl`,
    `  ${name}_at=$epoch`,
    '}',
  ].join('\n');
}
