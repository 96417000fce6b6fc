import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { iptablesDoes, runIptables } from '../../../iptables.js';
import type { LayerOpenings, ProviderLayer } from '../../../provider.js';

/** Whose layer, on a host with several controllers. */
export interface OpenedLayer extends Pick<ProviderLayer, 'formationId' | 'layer'> {
  readonly instance: string;
}

/** Where Docker lets others put rules before its own; without Docker's rules FORWARD itself will do. */
const forwardChains = ['DOCKER-USER', 'FORWARD'] as const;
const parents = { filter: forwardChains, nat: ['POSTROUTING'] } as const;
const tables = ['filter', 'nat'] as const;
/** Two calls that begin at once may both have set a jump. */
const maxJumps = 100;

/**
 * Docker lets nothing pass between the networks of two formations: these rules of the host's do, for what is named,
 * and nothing else. Between them addresses stay what they are, so that a proxy knows who comes. Safe to repeat; what is
 * open to nobody has no rules.
 * @throws when iptables is missing or refuses, as it does to who is not root
 */
export async function applyOpenings(layer: OpenedLayer, wanted: LayerOpenings): Promise<void> {
  const chain = chainOf(layer);
  const passes = passesOf(wanted);
  if (passes.length === 0) return removeChain(chain);
  await runIptables('iptables-restore', ['--noflush', '-w', '5'], openingRules(chain, passes));
  const hasDocker = await iptablesDoes(['-S', forwardChains[0]]);
  const places = { filter: hasDocker ? forwardChains[0] : forwardChains[1], nat: 'POSTROUTING' } as const;
  for (const table of tables) {
    const jump = [places[table], '-j', chain];
    if (!(await iptablesDoes(['-t', table, '-C', ...jump])))
      await runIptables('iptables', ['-w', '5', '-t', table, '-I', ...jump]);
  }
}

/** Takes them away; where there are none nothing is asked of root. */
export async function removeOpenings(layer: OpenedLayer): Promise<void> {
  await removeChain(chainOf(layer));
}

/** Those of all layers that an instance ever had. */
export async function removeAllOpenings(instance: string): Promise<void> {
  const rules = await runIptables('iptables', ['-w', '5', '-S']).catch(() => '');
  const own = new RegExp(`^-N (DEIS-${instance}-S[0-9a-f]{8})$`, 'gm');
  for (const [, chain] of rules.matchAll(own)) await removeChain(chain!);
}

async function removeChain(chain: string): Promise<void> {
  for (const table of tables) {
    if (!(await iptablesDoes(['-t', table, '-S', chain]))) continue;
    for (const parent of parents[table])
      for (let n = 0; n < maxJumps; n += 1)
        if (!(await iptablesDoes(['-t', table, '-D', parent, '-j', chain]))) break;
    if (await iptablesDoes(['-t', table, '-F', chain])) await iptablesDoes(['-t', table, '-X', chain]);
  }
}

/** What may pass, from whom, where. */
interface Pass {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** Docker's networks are of IPv4. */
function passesOf({ openings, nodes }: LayerOpenings): Pass[] {
  const isOfIpv4 = (network: string): boolean => isIPv4(network.split('/')[0]!);
  return nodes
    .filter(isOfIpv4)
    .flatMap((to) =>
      openings.flatMap(({ port, from }) => from.filter(isOfIpv4).map((each) => ({ from: each, to, port }))),
    );
}

/** For iptables-restore: the chain of both tables, whole. */
export function openingRules(chain: string, passes: readonly Pass[]): string {
  const there = passes.map(
    ({ from, to, port }) => `-A ${chain} -s ${from} -d ${to} -p tcp --dport ${port} -j ACCEPT`,
  );
  const back = passes.map(
    ({ from, to, port }) =>
      `-A ${chain} -s ${to} -d ${from} -p tcp --sport ${port} ` +
      '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
  );
  const declared = `:${chain} - [0:0]`;
  // What leaves a network of Docker's gets the host's address otherwise.
  return ['*filter', declared, ...there, ...back, 'COMMIT', '*nat', declared, ...there, 'COMMIT', ''].join(
    '\n',
  );
}

/** Names of chains have 28 characters at most. */
function chainOf({ instance, formationId, layer }: OpenedLayer): string {
  const sum = createHash('sha256').update(`${formationId}/${layer}`).digest('hex').slice(0, 8);
  return `DEIS-${instance}-S${sum}`;
}
