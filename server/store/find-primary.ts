import pg from 'pg';
import { serversOf } from './database-url.js';

/** How long a server has to say whether it takes writes. */
const answerMs = 3_000;

/** The server of each URL that took writes when it was last asked. */
const lastPrimary = new Map<string, string>();

/**
 * The URL of the server that takes writes: the same as before while it does; else, of those that do, the one on the
 * newest timeline, which a promotion begins: a former primary that came back by itself is passed over. Of a URL that
 * names one server this is it, unasked. @throws Error naming the servers and what each says
 */
export async function primaryOf(url: string): Promise<string> {
  const servers = serversOf(url);
  if (servers.length === 1) return url;
  const last = lastPrimary.get(url);
  if (last !== undefined && (await timelineOf(last).catch(() => null)) !== null) return last;
  const answers = await Promise.allSettled(servers.map(timelineOf));
  const timelines = answers.map((answer) => (answer.status === 'fulfilled' ? (answer.value ?? 0) : 0));
  const newest = Math.max(...timelines);
  if (newest === 0) throw new Error(`no server takes writes: ${saidBy(servers, answers)}`);
  const primary = servers[timelines.indexOf(newest)]!;
  lastPrimary.set(url, primary);
  return primary;
}

function saidBy(servers: readonly string[], answers: readonly PromiseSettledResult<number | null>[]): string {
  const said = answers.map((answer, index) => {
    const why = answer.status === 'fulfilled' ? 'is a standby' : (answer.reason as Error).message;
    return `${new URL(servers[index]!).host}: ${why}`;
  });
  return said.join('; ');
}

/** The timeline that a server writes; null of one that only follows another. */
async function timelineOf(url: string): Promise<number | null> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'deis-asks',
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    // The first eight digits of a segment's name: https://www.postgresql.org/docs/current/wal-internals.html
    const { rows } = await client.query<{ timeline: string | null }>(
      `select case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) end as timeline`,
    );
    const timeline = rows[0]?.timeline ?? null;
    return timeline === null ? null : Number.parseInt(timeline, 16);
  } finally {
    await client.end().catch(() => undefined);
  }
}
