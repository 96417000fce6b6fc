import { containerPorts } from '../../../cookbooks/container-ports.js';
import type { HealthSettings } from '../../../cookbooks/databag.js';
import type { ProxySettings } from '../../../cookbooks/proxy-settings.js';
import { Conflict, UserError } from '../../../base/errors.js';

/** The process type that proxies pass on to. */
export function proxiedType({ mode, tcpType = 'web' }: ProxySettings): string {
  return mode === 'tcp' ? tcpType : 'web';
}

/** What is said of a process type, which may be called as what every object has. */
export function ofType<T>(values: Readonly<Record<string, T>>, type: string): T | undefined {
  return Object.hasOwn(values, type) ? values[type] : undefined;
}

interface Named {
  readonly name: string;
  readonly proxySettings: ProxySettings;
}

/** @throws Conflict for a formation of mode tcp, to which this means nothing. @param what e.g. `a domain` */
export function requireHttp({ name, proxySettings }: Named, what: string): void {
  if (proxySettings.mode !== 'tcp') return;
  throw new Conflict(
    `${name} passes on connections of TCP as they are, and ${what} is for requests of HTTP: ` +
      '`deis proxy:set mode=http` first, if that is what you want',
  );
}

/**
 * Why these checks cannot be, naming the one: what proxies ask connections of TCP cannot be a request. undefined where
 * they can. @param checks by process type
 */
export function tcpCheckProblem(
  { name, proxySettings }: Named,
  checks: Readonly<Record<string, HealthSettings>> = {},
): string | undefined {
  if (proxySettings.mode !== 'tcp') return undefined;
  const type = proxiedType(proxySettings);
  const check = ofType(checks, type);
  if (check?.kind !== 'http') return undefined;
  return (
    `${name} passes on connections of TCP as they are: its ${type} containers are checked by tcp, and a check of ` +
    `${check.path ?? '/'} asks by HTTP. Take it away with \`deis healthchecks:unset ${type}\``
  );
}

/** What else listens on nodes: SSH, DNS, the proxies themselves. */
const reserved: readonly number[] = [22, 53, 80, 443, 9090, 9091];
/** Linux takes these for connections that a node begins. */
const ephemeral = { first: 32_768, last: 60_999 } as const;
/** Where nobody names one; one range, so that a firewall before the nodes needs one rule. */
export const givenPorts = { first: 10_000, last: 10_999 } as const;

interface Ground {
  /** Its proxies run containers, too. */
  readonly hasBoxes: boolean;
  /** Where the controller itself listens, which may be on one of the nodes. */
  readonly controller: readonly number[];
}

/** @throws UserError for a port that proxies cannot listen on, saying why */
export function requireFreePort(port: number, { hasBoxes, controller }: Ground): void {
  const problem = portProblem(port, hasBoxes, controller);
  if (problem !== undefined)
    throw new UserError(`${port} cannot be port of the proxies: ${problem}`, { field: 'port' });
}

function portProblem(port: number, hasBoxes: boolean, controller: readonly number[]): string | undefined {
  const { first, last } = containerPorts;
  if (!Number.isSafeInteger(port) || port < 1 || port > 65_535) return 'give a whole number from 1 to 65535';
  if (reserved.includes(port)) return 'the node itself listens there';
  if (controller.includes(port)) return 'the controller listens there';
  if (hasBoxes && port >= first && port <= last)
    return `on a box containers have the ports from ${first} to ${last}`;
  if (port >= ephemeral.first && port <= ephemeral.last)
    return `Linux gives ports from ${ephemeral.first} to ${ephemeral.last} to connections that the node begins`;
  return undefined;
}

/** The lowest that nobody has. @throws Conflict when all are taken */
export function choosePort(taken: readonly number[], { controller }: Ground): number {
  const { first, last } = givenPorts;
  for (let port = first; port <= last; port += 1)
    if (!taken.includes(port) && !controller.includes(port)) return port;
  throw new Conflict(
    `all ports from ${first} to ${last} of these proxies are taken: name one, like port=1883`,
  );
}
