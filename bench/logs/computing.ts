import { readdirSync, readFileSync } from 'node:fs';

/** Of the clock that /proc counts in: sysconf(_SC_CLK_TCK), which Linux has at 100. */
const ticksPerSecond = 100;

/** Seconds that the rsyslogd whose settings lie below a folder have computed so far. */
export function computedBy(folder: string): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .reduce((sum, pid) => sum + secondsOf(pid, folder), 0);
}

function secondsOf(pid: string, folder: string): number {
  try {
    const [program = '', ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (!program.endsWith('rsyslogd') || !words.some((word) => word.startsWith(folder))) return 0;
    // After the name, which may hold blanks: utime and stime are fields 14 and 15 of all.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0; // It has ended meanwhile.
  }
}
