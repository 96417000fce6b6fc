import { UserError } from '../../../../base/errors.js';

/** Where a proxy is told its backends and says what it does; on its loopback alone. */
export const proxyEndpoint = 'http://127.0.0.1:9091/';

/** The same of guests, each below it by its name. */
export const guestsEndpoint = `${proxyEndpoint}guests`;

/** Where a proxy is told the backends of a formation. @param host of a guest */
export function endpointOf({
  id,
  host,
}: {
  readonly id: string;
  readonly host?: string | undefined;
}): string {
  return host === undefined ? proxyEndpoint : `${guestsEndpoint}/${id}/`;
}

/** Where it says what it has counted. */
export const trafficEndpoint = `${proxyEndpoint}traffic`;

/** Where it is told that its machine is about to go. */
export const leavingEndpoint = `${proxyEndpoint}leaving`;

/** Where it says what it has counted of each guest. */
export const guestsTrafficEndpoint = `${guestsEndpoint}/traffic`;

export interface ProxyStatus {
  /** Of the backends that it serves now; null before the first. */
  readonly generation: number | null;
  readonly algorithm: string;
  /** `address:port` in the order of rotation. */
  readonly backends: readonly string[];
  /**
   * `address:port` -> requests (and open WebSockets) that it has under way; also of backends that were taken
   * out. Absent: none.
   */
  readonly inFlight: ReadonlyMap<string, number>;
  /** `address:port` -> what the proxy itself has found: only those that are up or silent get requests. */
  readonly health: ReadonlyMap<string, BackendHealth>;
}

/**
 * `up`: answers; `silent`: takes connections and does not answer; `down`: takes none, or fails its check;
 * `unknown`: not asked yet.
 */
export type BackendHealth = 'up' | 'silent' | 'down' | 'unknown';
const healths: readonly BackendHealth[] = ['up', 'silent', 'down', 'unknown'];

/** What `curl` of the proxy endpoint printed. @throws UserError when it is something else */
export function parseProxyStatus(text: string): ProxyStatus {
  const words = text.split('\n').map((line) => line.split(' '));
  const all = (key: string): string[][] =>
    words.filter(([first]) => first === key).map(([, ...rest]) => rest);
  if (all('end').length !== 1) throw new UserError('the proxy did not say its backends');
  const generation = all('generation')[0]?.[0];
  return {
    generation: generation === undefined || generation === '0' ? null : Number(generation),
    algorithm: all('algorithm')[0]?.[0] ?? '',
    backends: all('backend').map(([backend = '']) => backend),
    inFlight: new Map(all('in_flight').map(([backend = '', count]) => [backend, Number(count)])),
    health: new Map(
      all('health').map(([backend = '', word]) => [
        backend,
        healths.find((each) => each === word) ?? 'unknown',
      ]),
    ),
  };
}
