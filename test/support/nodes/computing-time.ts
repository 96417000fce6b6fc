/**
 * Milliseconds of computation that work takes: the least of a few runs. Time in which others have the
 * processor does not count.
 */
export function computingMs(work: () => void, runs = 3): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
