import type { Databag } from '../../../cookbooks/databag.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NamedService } from '../../store/app/service-store.js';

/** Who may connect because it is attached, as proxies are told; nothing where nobody is. */
export function attachedClients({
  told,
}: Pick<FormationSnapshot, 'told'>): Pick<Databag['proxy'], 'clients' | 'neighbours'> {
  const { clients = [], neighbours = [] } = told ?? {};
  return {
    ...(clients.length === 0 ? {} : { clients }),
    ...(neighbours.length === 0 ? {} : { neighbours }),
  };
}

/** Why a formation cannot go, or take requests of HTTP, while others are attached to it; undefined: none is. */
export function attachedProblem(name: string, services: readonly NamedService[]): string | undefined {
  const [first] = services;
  if (first === undefined) return undefined;
  const who = [...new Set(services.map(({ consumer }) => consumer))];
  return (
    `${who.join(', ')} ${who.length === 1 ? 'is' : 'are'} attached to ${name}: ` +
    `\`deis services:detach ${first.variable} -f ${first.consumer}\` first`
  );
}
