import { readFileSync } from 'node:fs';

const everyMs = 50;

/** MB of 1,000,000 bytes that a process has in memory. */
export function residentMb(pid: number): number {
  return kilobytes(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m) / 1000;
}

/** The same of a process and those that it started, with what they share counted once. */
export function familyMb(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  const own = kilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m) / 1000;
  return children.reduce((sum, child) => sum + familyMb(Number(child)), own);
}

/** Waits for a program to end. Resolves to the most that it had in memory, in MB. */
export async function peakMb(
  running: Promise<unknown> & { readonly pid?: number | undefined },
): Promise<number> {
  let peak = 0;
  const look = (): void => {
    try {
      peak = Math.max(peak, kilobytes(`/proc/${running.pid!}/status`, /^VmHWM:\s+(\d+) kB$/m) / 1000);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, everyMs);
  try {
    await running;
  } finally {
    clearInterval(timer);
  }
  return peak;
}

function kilobytes(path: string, line: RegExp): number {
  const [, number] = line.exec(readFileSync(path, 'utf8')) ?? [];
  if (number === undefined) throw new Error(`${path} does not say it`);
  return Number(number) * 1.024;
}
