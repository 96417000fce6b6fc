import type { Call } from '../../call.js';
import type { Formation } from '../../controller/api-types.js';
import type { Node } from '../../controller/infrastructure-types.js';
import { carryOut } from '../carry-out.js';

/** `deis domains:add DOMAIN`, and where its DNS record has to point. */
export async function addDomain(call: Call): Promise<void> {
  const name = call.arg(0);
  await carryOut(call, await call.formationPath('domains'), { domain: name });
  const api = await call.api();
  const nodes = await api.list<Node>(await call.formationPath('nodes'), Number.POSITIVE_INFINITY);
  const addresses = proxyAddresses(nodes);
  call.output.talk(
    addresses.length === 0
      ? `Added ${name}. Its DNS record points at a proxy, and none is ready yet: deis nodes`
      : `Added ${name}. Point its DNS record at ${addresses.length === 1 ? 'the proxy' : 'the proxies'}: ` +
          addresses.join(', '),
  );
  const { on } = await api.get<Formation>(await call.formationPath());
  // Shared proxies never knew a guest by an address.
  if (typeof on !== 'string')
    call.output.talk('The app answers to its domains alone now, and no longer to an address');
}

function proxyAddresses(nodes: readonly Node[]): string[] {
  return nodes.flatMap(({ kind, status, address }) =>
    (kind === 'proxy' || kind === 'box') && status === 'ready' && address !== null ? [address] : [],
  );
}
