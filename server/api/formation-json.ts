import type { FormationRecord } from '../store/formation-store.js';
import type { FormationSummary } from '../store/formation-summary.js';
import type { ControllerInfo } from './app-parts.js';
import { isoTime } from './time.js';

/** FORMATION of the API contract. */
export function formationJson(formation: FormationRecord, { owner, liveVersion, layers }: FormationSummary, { git }: ControllerInfo) {
  return {
    id: formation.name,
    owner,
    generation: formation.generation,
    scale: formation.scale,
    live_release: liveVersion,
    domains: [],
    // Where the app answers: each ready proxy.
    urls: layers.filter(({ kind }) => kind === 'proxy').flatMap(({ addresses }) => addresses.map((address) => `http://${hostInUrl(address)}/`)),
    layers: Object.fromEntries(layers.map(({ name, count, ready }) => [name, { count, nodes_ready: ready }])),
    git_url: `ssh://git@${hostInUrl(git.host)}:${git.port}/${formation.name}.git`,
    created_at: isoTime(formation.createdAt),
  };
}

/** IPv6 addresses stand in brackets (RFC 3986). */
function hostInUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
