import { z } from 'zod';
import { formationUrls } from '../../formation/databag/app-urls.js';
import { hostInUrl } from '../../../base/host-in-url.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { FormationSummary } from '../../store/app/formation-summary.js';
import { moment, type Json } from '../http/answers.js';
import type { ControllerInfo } from '../endpoint/app-parts.js';
import { isoTime } from '../http/time.js';
import { quotaJson, quotaSchema } from './quota-json.js';

export const formationSchema = z
  .object({
    id: z.string(),
    owner: z.string(),
    generation: z.int(),
    scale: z.record(z.string(), z.int()),
    live_release: z.int().nullable(),
    domains: z.array(z.string()),
    urls: z
      .array(z.string())
      .describe(
        'Where the app is found: its names, https where a certificate covers them; else its ready proxies.',
      ),
    on: z.string().nullable().describe('The formation on whose nodes it lives; null: on its own.'),
    also_on: z
      .string()
      .nullable()
      .describe('A formation that it moves to, or whose nodes may still hold something of it; null: none.'),
    passed_on_by: z
      .string()
      .nullable()
      .describe(
        'The formation on whose nodes it lived before, and whose proxies pass on what still reaches them; null: none.',
      ),
    quota: quotaSchema.nullable().describe('Of a guest: what it may use on those nodes, all in all.'),
    guests: z.array(z.string()).describe('Formations that live on its nodes.'),
    layers: z.record(
      z.string(),
      z.object({
        count: z.int().describe('How many nodes it shall have.'),
        nodes_ready: z.int().describe('How many are ready and answer.'),
      }),
    ),
    git_url: z.string(),
    created_at: moment,
  })
  .meta({ id: 'Formation' });

/** A formation as the API writes it. */
export function formationJson(
  formation: FormationRecord,
  summary: FormationSummary,
  { git, domain }: ControllerInfo,
): Json<typeof formationSchema> {
  const { owner, liveVersion, domains, host, vacantHost, formerHost, guests, layers } = summary;
  return {
    id: formation.name,
    owner,
    generation: formation.generation,
    scale: formation.scale,
    live_release: liveVersion,
    domains: [...domains],
    urls: formationUrls(formation.name, summary, domain),
    on: host,
    also_on: vacantHost,
    passed_on_by: formerHost,
    quota: host === null ? null : quotaJson(formation.quota),
    guests: [...guests],
    layers: Object.fromEntries(
      (host === null ? layers : []).map(({ name, count, ready }) => [name, { count, nodes_ready: ready }]),
    ),
    git_url: `ssh://git@${hostInUrl(git.host)}:${git.port}/${formation.name}.git`,
    created_at: isoTime(formation.createdAt),
  };
}
