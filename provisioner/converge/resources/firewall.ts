import { isIPv4 } from 'node:net';
import { UserError } from '../../../base/errors.js';
import { resourceId } from '../../../cookbooks/resource.js';
import type { FirewallResource } from '../../../cookbooks/resources/firewall.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';

export const firewall: ResourceCompiler<'firewall'> = {
  library: 'firewall.sh',
  compile(resource, n) {
    const chain = resource.name;
    const wrong = resource.sources.find((address) => !isIPv4(address));
    if (wrong !== undefined)
      throw new UserError(
        `${resourceId(resource)}: ${wrong} is not a valid IPv4 address: expected e.g. 10.0.0.5`,
        { field: 'sources' },
      );
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

function rulesOf({ name, sources, bridges }: FirewallResource): string[] {
  return bridges === undefined ? chainRules(name, sources) : sharedRules(name, sources, bridges);
}

/** As chainRules, with other bridges beside docker0. Between two of them Docker itself lets nothing through. */
function sharedRules(chain: string, sources: readonly string[], bridges: string): string[] {
  const allowed = [...new Set(sources)].sort();
  return [
    `-A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    `-A ${chain} -i docker0 -o ${bridges} -j DROP`,
    `-A ${chain} -i ${bridges} -o docker0 -j DROP`,
    `-A ${chain} -i docker0 -j RETURN`,
    `-A ${chain} -i ${bridges} -j RETURN`,
    ...allowed.map((address) => `-A ${chain} -s ${address}/32 -j RETURN`),
    `-A ${chain} -o docker0 -j DROP`,
    `-A ${chain} -o ${bridges} -j DROP`,
  ];
}

/**
 * As `iptables -S` prints them, so that they can be compared as text. What goes to docker0 from outside of it
 * is what they judge.
 */
function chainRules(chain: string, sources: readonly string[]): string[] {
  const allowed = [...new Set(sources)].sort();
  return [
    `-A ${chain} ! -o docker0 -j RETURN`,
    `-A ${chain} -i docker0 -j RETURN`,
    `-A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    ...allowed.map((address) => `-A ${chain} -s ${address}/32 -j RETURN`),
    `-A ${chain} -j DROP`,
  ];
}
