import autocannon from 'autocannon';

/** What one burst of requests came to. */
export interface Burst {
  readonly perSecond: number;
  /** Milliseconds of each answer. */
  readonly times: readonly number[];
}

/**
 * Asks `url` from so many connections, one request at a time each, for `seconds`. @throws when an answer was
 * not 2xx, or did not come
 */
export async function burst(url: string, token: string, clients: number, seconds: number): Promise<Burst> {
  const times: number[] = [];
  const headers = { authorization: `token ${token}` };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const load = autocannon(
      { url, connections: clients, duration: seconds, headers },
      (error: Error | null, done) => (error ? reject(error) : resolve(done)),
    );
    load.on('response', (_client, _status, _bytes, ms) => void times.push(ms));
  });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} answers were refusals, ${result.errors} requests failed`);
  return { perSecond: times.length / result.duration, times };
}

/** The value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}
