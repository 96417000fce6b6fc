import type { LayerKind } from '../../../cookbooks/recipe.js';
import type { Database } from '../database.js';
import { watchAction } from '../infrastructure/node-silence-store.js';

export interface LayerSummary {
  readonly name: string;
  readonly kind: LayerKind;
  /** Wanted number of nodes. */
  readonly count: number;
  /** Nodes that are ready and answer, as far as the watch over nodes has seen. */
  readonly ready: number;
  /** Addresses of all that are ready, by number: one that the watch cannot enter may serve all the same. */
  readonly addresses: readonly string[];
}

/** What a list of formations shows beside their own rows. */
export interface FormationSummary {
  readonly formationId: number;
  readonly owner: string;
  /** Version of the live release. */
  readonly liveVersion: number | null;
  /** Names that the app answers to, sorted; none: to every name. */
  readonly domains: readonly string[];
  /** Names of its certificates, wildcards among them. */
  readonly certified: readonly string[];
  /** The formation on whose nodes it lives; null: on its own. */
  readonly host: string | null;
  /** The formation on whose nodes nothing of it may be: it moves there, or has gone from there. */
  readonly vacantHost: string | null;
  /** The formation whose proxies pass on to it what still reaches them. */
  readonly formerHost: string | null;
  /** Where its proxies take connections of TCP; null: they take requests of HTTP. */
  readonly tcpPort: number | null;
  /** Names of those that live on its nodes, come there or have not left yet, sorted. */
  readonly guests: readonly string[];
  /** Those of its host, of a guest. By level, then name. */
  readonly layers: readonly LayerSummary[];
}

const query = `
  select formations.id as "formationId", users.username as owner, releases.version as "liveVersion",
         coalesce(
           (select jsonb_agg(domains.name order by domains.name) from domains
            where domains.formation_id = formations.id),
           '[]'
         ) as domains,
         coalesce(
           (select jsonb_agg(distinct each.name)
            from certs, jsonb_array_elements_text(certs.domains) as each(name)
            where certs.formation_id = formations.id),
           '[]'
         ) as certified,
         hosts.name as host, vacants.name as "vacantHost", formers.name as "formerHost",
         (formations.proxy_settings->>'tcpPort')::integer as "tcpPort",
         coalesce(
           (select jsonb_agg(guests.name order by guests.name) from formations as guests
            where guests.id <> formations.id
              and (guests.host_id = formations.id or guests.former_host_id = formations.id
                or guests.vacant_host_id = formations.id)),
           '[]'
         ) as guests,
         coalesce(
           jsonb_agg(
             jsonb_build_object('name', layers.name, 'kind', layers.kind, 'count', layers.count,
                                'ready', ready.count, 'addresses', ready.addresses)
             order by layers.level, layers.name
           ) filter (where layers.id is not null),
           '[]'
         ) as layers
  from formations
  join users on users.id = formations.owner_id
  left join releases on releases.id = formations.live_release_id
  left join formations as hosts on hosts.id = formations.host_id
  left join formations as vacants on vacants.id = formations.vacant_host_id
  left join formations as formers on formers.id = formations.former_host_id
  left join layers on layers.formation_id = coalesce(formations.host_id, formations.id)
  left join lateral (
    select
      count(*) filter (where nodes.last_action is distinct from :watch or nodes.last_error is null) as count,
      coalesce(jsonb_agg(nodes.address order by nodes.num) filter (where nodes.address is not null), '[]')
        as addresses
    from nodes where nodes.layer_id = layers.id and nodes.status = 'ready'
  ) as ready on true
  where formations.id = any(:ids)
  group by formations.id, users.username, releases.version, hosts.name, vacants.name, formers.name`;

/** Summaries by formation id, in one query however many; formations that are gone are missing. */
export async function readFormationSummaries(
  database: Database,
  ids: readonly number[],
): Promise<Map<number, FormationSummary>> {
  const { rows } = await database.raw<{ rows: FormationSummary[] }>(query, {
    ids: [...ids],
    watch: watchAction,
  });
  return new Map(rows.map((summary) => [summary.formationId, summary]));
}
