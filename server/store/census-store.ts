import type { Database } from './database.js';
import { watchAction } from './infrastructure/node-silence-store.js';

/** How many there are of what, at one moment. */
export interface Census {
  /** Those that have not ended, by kind and state; of the queued ones how long the oldest has waited. */
  readonly operations: readonly {
    readonly kind: string;
    readonly state: 'queued' | 'running';
    readonly count: number;
    readonly oldestSeconds: number;
  }[];
  readonly formations: number;
  /** `unreachable`: ready, and the watch over nodes gets no answer. */
  readonly nodes: readonly { readonly status: string; readonly count: number }[];
  readonly containers: readonly { readonly state: string; readonly count: number }[];
  /** At most `maxCertificates`, those that expire first. */
  readonly certificates: readonly {
    readonly formation: string;
    readonly name: string;
    /** Seconds since 1970. */
    readonly expiresAt: number;
  }[];
  readonly jobs: readonly {
    readonly name: string;
    /** Since the last success. */
    readonly failures: number;
    /** Seconds since 1970; null before the first end. */
    readonly endedAt: number | null;
  }[];
  /** Alerts of formations that are open. */
  readonly alerts: readonly { readonly kind: string; readonly count: number }[];
  /** What hooks were sent, of what is kept. */
  readonly deliveries: readonly { readonly state: string; readonly count: number }[];
}

export const maxCertificates = 5000;

const listOf = (rows: string): string => `coalesce((select json_agg(row) from (${rows}) as row), '[]')`;

/** Counts what the database holds, for those who watch the controller. */
export class CensusStore {
  constructor(private readonly database: Database) {}

  /** One look, in one statement. */
  async take(): Promise<Census> {
    const { rows } = await this.database.raw<{ rows: { census: Census }[] }>(
      `select json_build_object(
         'operations', ${listOf(
           `select kind, state, count(*)::int as count,
              coalesce(extract(epoch from now() - min(created_at)), 0)::float as "oldestSeconds"
            from operations where state in ('queued', 'running') group by kind, state`,
         )},
         'formations', (select count(*)::int from formations),
         'nodes', ${listOf(
           `select case when status = 'ready' and last_action = :watch and last_error is not null
              then 'unreachable' else status end as status, count(*)::int as count
            from nodes group by 1`,
         )},
         'containers', ${listOf('select state, count(*)::int as count from containers group by state')},
         'certificates', ${listOf(
           `select formations.name as formation, certs.name, extract(epoch from expires_at)::float as "expiresAt"
            from certs join formations on formations.id = certs.formation_id
            order by expires_at limit :maxCertificates`,
         )},
         'jobs', ${listOf(
           'select name, failures, extract(epoch from ended_at)::float as "endedAt" from scheduled_jobs',
         )},
         'alerts', ${listOf(
           'select kind, count(*)::int as count from alerts where resolved_at is null group by kind',
         )},
         'deliveries', ${listOf('select state, count(*)::int as count from deliveries group by state')}) as census`,
      { maxCertificates, watch: watchAction },
    );
    return rows[0]!.census;
  }
}
