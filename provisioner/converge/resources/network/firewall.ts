import { isIPv4 } from 'node:net';
import { UserError } from '../../../../base/errors.js';
import { containerPorts } from '../../../../cookbooks/container-ports.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { FirewallResource } from '../../../../cookbooks/resources/network/firewall.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';

export const firewall: ResourceCompiler<'firewall'> = {
  library: 'network/firewall.sh',
  compile(resource, n) {
    const chain = resource.name;
    for (const field of ['sources', 'fenced'] as const) checkAddresses(resource, field);
    if (!/^[A-Z][A-Z-]{0,27}$/.test(chain))
      throw new UserError(`${resourceId(resource)}: not a valid name of an iptables chain`, {
        field: 'name',
      });
    const rules = rulesOf(resource).join('\n');
    if (!/^[a-z][a-z0-9]{0,13}\+?$/.test(resource.bridges ?? 'docker0'))
      throw new UserError(
        `${resourceId(resource)}: ${resource.bridges} is not a valid name of an interface`,
        {
          field: 'bridges',
        },
      );
    const file = `*filter\n:${chain} - [0:0]\n${rules}\nCOMMIT\n`;
    return {
      facts: { iptables: [] },
      functions: {
        [`rules_${n}`]: `printf %s ${shellQuote([file])}`,
        [`restore_${n}`]: shellQuote(resource.restore),
      },
      test:
        `firewall_ok ${shellQuote([chain, rules])} && firewall_saved ` +
        `${shellQuote([resource.rulesPath, file.trimEnd()])}`,
      diff: `firewall_diff ${shellQuote([chain, rules])}`,
      repair: `firewall_set ${shellQuote([resource.rulesPath, `rules_${n}`, `restore_${n}`])}`,
    };
  },
};

function checkAddresses(resource: FirewallResource, field: 'sources' | 'fenced'): void {
  const wrong = resource[field]?.find((address) => !isIPv4(address));
  if (wrong !== undefined)
    throw new UserError(
      `${resourceId(resource)}: ${wrong} is not a valid IPv4 address: expected e.g. 10.0.0.5`,
      { field },
    );
}

function rulesOf(resource: FirewallResource): string[] {
  return resource.bridges === undefined ? chainRules(resource) : sharedRules(resource, resource.bridges);
}

/** As chainRules, with other bridges beside docker0. Between two of them Docker itself lets nothing through. */
function sharedRules(resource: FirewallResource, bridges: string): string[] {
  const chain = resource.name;
  return [
    answers(chain),
    ...fenceRules(resource, ['docker0', bridges]),
    `-A ${chain} -i docker0 -o ${bridges} -j DROP`,
    `-A ${chain} -i ${bridges} -o docker0 -j DROP`,
    `-A ${chain} -i docker0 -j RETURN`,
    `-A ${chain} -i ${bridges} -j RETURN`,
    ...sourceRules(resource),
    `-A ${chain} -o docker0 -j DROP`,
    `-A ${chain} -o ${bridges} -j DROP`,
  ];
}

/**
 * As `iptables -S` prints them, so that they can be compared as text. What goes to docker0 from outside of it
 * is what they judge.
 */
function chainRules(resource: FirewallResource): string[] {
  const chain = resource.name;
  const fence = fenceRules(resource, ['docker0']);
  return [
    ...(fence.length === 0 ? [] : [answers(chain), ...fence]),
    `-A ${chain} ! -o docker0 -j RETURN`,
    `-A ${chain} -i docker0 -j RETURN`,
    ...(fence.length === 0 ? [answers(chain)] : []),
    ...sourceRules(resource),
    `-A ${chain} -j DROP`,
  ];
}

function answers(chain: string): string {
  return `-A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`;
}

function sourceRules({ name, sources }: FirewallResource): string[] {
  return sortedOnce(sources).map((address) => `-A ${name} -s ${address}/32 -j RETURN`);
}

/**
 * What containers send leaves with this node's address, which the others may let in. nginx's own requests are not
 * forwarded; answers of containers to a node that asks from such a port have passed before.
 */
function fenceRules({ name, fenced = [] }: FirewallResource, bridges: readonly string[]): string[] {
  const { first, last } = containerPorts;
  return sortedOnce(fenced).flatMap((address) =>
    bridges.map(
      (bridge) => `-A ${name} -d ${address}/32 -i ${bridge} -p tcp -m tcp --dport ${first}:${last} -j DROP`,
    ),
  );
}

function sortedOnce(addresses: readonly string[]): string[] {
  return [...new Set(addresses)].sort();
}
