import { containerPorts } from '../cookbooks/container-ports.js';
import { iptablesDoes, runIptables } from './iptables.js';

/** A port of an IPv4 address: of this host, reachable for builds all the same (a package registry, say), or closed. */
export interface HostService {
  readonly address: string;
  readonly port: number;
}

/** Cloud metadata, and with it the credentials of the machine's role. */
const linkLocal = '169.254.0.0/16';
const maxJumps = 100;
/** Where Docker lets others put rules before its own; only without Docker's rules FORWARD itself will do. */
const forwardChains = ['DOCKER-USER', 'FORWARD'] as const;

/** The bridge of an instance's build network; Linux allows 15 characters. */
export function buildBridge(instance: string): string {
  return `deisb-${instance}`;
}

/** Beside DNS. */
export interface BuildReach {
  /** Of this host. */
  readonly services: readonly HostService[];
  /** Nodes that let this host in to containers: IPv4 addresses. */
  readonly nodes: readonly string[];
  /** Of other hosts, and closed: the database, the store and the API, where they are not on this one. */
  readonly closed?: readonly HostService[];
}

/**
 * Keeps what comes from the bridge of an instance's builds from link-local addresses, from this host, but for DNS and
 * these services, from containers of these nodes, and from what is closed. Safe to repeat: rules that are there are
 * replaced at one stroke.
 * @throws when iptables is missing or refuses, as it does to who is not root
 */
export async function applyBuildFirewall(instance: string, reach: BuildReach): Promise<void> {
  const { outward, host } = chains(instance);
  // Each build waits for these: what does not need the other runs beside it.
  const [hasDocker] = await Promise.all([
    iptablesDoes(['-S', forwardChains[0]]),
    runIptables('iptables-restore', ['--noflush', '-w', '5'], buildRules(instance, reach)),
  ]);
  const forward = hasDocker ? forwardChains[0] : forwardChains[1];
  await Promise.all([jumpTo(instance, forward, outward), jumpTo(instance, 'INPUT', host)]);
}

/** Has a chain look at what comes from the bridge of an instance's builds. */
async function jumpTo(instance: string, parent: string, chain: string): Promise<void> {
  const jump = ['-i', buildBridge(instance), '-j', chain];
  if (!(await iptablesDoes(['-C', parent, ...jump])))
    await runIptables('iptables', ['-w', '5', '-I', parent, ...jump]);
}

/** Takes these rules away. Whatever cannot be taken away stays: without its bridge it does nothing. */
export async function removeBuildFirewall(instance: string): Promise<void> {
  const { outward, host } = chains(instance);
  for (const [parent, chain] of [
    ...forwardChains.map((each) => [each, outward] as const),
    ['INPUT', host] as const,
  ])
    // Two builds that begin at once may both have set it.
    for (let n = 0; n < maxJumps; n += 1)
      if (!(await iptablesDoes(['-D', parent, '-i', buildBridge(instance), '-j', chain]))) break;
  for (const chain of [outward, host])
    if (await iptablesDoes(['-F', chain])) await iptablesDoes(['-X', chain]);
}

/** For iptables-restore: both chains, whole. */
export function buildRules(instance: string, { services, nodes, closed = [] }: BuildReach): string {
  const { outward, host } = chains(instance);
  const { first, last } = containerPorts;
  const dns = (chain: string, verdict: string): string[] =>
    ['udp', 'tcp'].map((protocol) => `-A ${chain} -p ${protocol} --dport 53 -j ${verdict}`);
  return [
    '*filter',
    `:${outward} - [0:0]`,
    `:${host} - [0:0]`,
    ...dns(outward, 'RETURN'),
    `-A ${outward} -d ${linkLocal} -j DROP`,
    ...nodes.map((node) => `-A ${outward} -d ${node}/32 -p tcp --dport ${first}:${last} -j DROP`),
    ...closed.map(({ address, port }) => `-A ${outward} -d ${address}/32 -p tcp --dport ${port} -j DROP`),
    `-A ${host} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    ...dns(host, 'ACCEPT'),
    ...services.map(({ address, port }) => `-A ${host} -d ${address}/32 -p tcp --dport ${port} -j ACCEPT`),
    `-A ${host} -j DROP`,
    'COMMIT',
    '',
  ].join('\n');
}

function chains(instance: string): { readonly outward: string; readonly host: string } {
  return { outward: `DEIS-${instance}-OUT`, host: `DEIS-${instance}-HOST` };
}
