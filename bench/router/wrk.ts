import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What one run of wrk measured. */
export interface WrkResult {
  readonly requestsPerSecond: number;
  /** Milliseconds within which 99 of 100 requests were answered. */
  readonly p99: number;
}

const milliseconds: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** What `wrk --latency` printed. @throws Error where requests failed: figures of failures say nothing */
export function parseWrk(text: string): WrkResult {
  const failed = /^ *(Non-2xx or 3xx responses|Socket errors): .*$/m.exec(text)?.[0];
  if (failed !== undefined) throw new Error(`requests failed: ${failed.trim()}`);
  const [, number, unit = ''] = /^ *99% +([\d.]+)(us|ms|s|m)$/m.exec(text) ?? [];
  const rate = Number(/^Requests\/sec: +([\d.]+)$/m.exec(text)?.[1]);
  const p99 = Number(number) * (milliseconds[unit] ?? Number.NaN);
  if (!(rate > 0) || !(p99 >= 0)) throw new Error(`wrk says nothing that is known: ${text.slice(0, 300)}`);
  return { requestsPerSecond: rate, p99 };
}

/** Runs it from this machine. @throws Error where it is not there, or requests failed */
export async function runWrk(url: string, connections: number, seconds: number): Promise<WrkResult> {
  const words = ['-t2', `-c${connections}`, `-d${seconds}s`, '--latency', url];
  try {
    const { stdout } = await promisify(execFile)('wrk', words, { timeout: (seconds + 30) * 1000 });
    return parseWrk(stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('wrk is not there: apt-get install wrk', { cause: error });
  }
}
