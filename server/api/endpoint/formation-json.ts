import { z } from 'zod';
import type { FormationRecord } from '../../store/formation-store.js';
import type { FormationSummary } from '../../store/formation-summary.js';
import { moment, type Json } from '../http/answers.js';
import type { ControllerInfo } from './app-parts.js';
import { isoTime } from '../http/time.js';

export const formationSchema = z
  .object({
    id: z.string(),
    owner: z.string(),
    generation: z.int(),
    scale: z.record(z.string(), z.int()),
    live_release: z.int().nullable(),
    domains: z.array(z.string()),
    urls: z.array(z.string()),
    layers: z.record(z.string(), z.object({ count: z.int(), nodes_ready: z.int() })),
    git_url: z.string(),
    created_at: moment,
  })
  .meta({ id: 'Formation' });

/** A formation as the API writes it. */
export function formationJson(
  formation: FormationRecord,
  { owner, liveVersion, domains, layers }: FormationSummary,
  { git }: ControllerInfo,
): Json<typeof formationSchema> {
  return {
    id: formation.name,
    owner,
    generation: formation.generation,
    scale: formation.scale,
    live_release: liveVersion,
    domains: [...domains],
    // Where the app answers: each ready proxy.
    urls: layers
      .filter(({ kind }) => kind === 'proxy')
      .flatMap(({ addresses }) => addresses.map((address) => `http://${hostInUrl(address)}/`)),
    layers: Object.fromEntries(layers.map(({ name, count, ready }) => [name, { count, nodes_ready: ready }])),
    git_url: `ssh://git@${hostInUrl(git.host)}:${git.port}/${formation.name}.git`,
    created_at: isoTime(formation.createdAt),
  };
}

/** IPv6 addresses stand in brackets (RFC 3986). */
function hostInUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
