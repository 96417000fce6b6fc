import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';

/** Has the unit of a controller: what it says of the processor holds here, too. */
const page = new URL('../../docs/operating.md', import.meta.url);
/** Where control groups of the processor lie, and the file of a group's weight: a unit's 100 is its usual one. */
const hierarchies = [
  { folder: '/sys/fs/cgroup/cpu', file: 'cpu.shares', usual: 1024 },
  { folder: '/sys/fs/cgroup', file: 'cpu.weight', usual: 100 },
] as const;

/** Gives up what was given. */
export type EndGroup = () => void;

/**
 * Gives processes, and what they start from now on, the processor as a service's unit does: its `Nice`, and where
 * control groups can be made a group of its `CPUWeight`. Where they cannot, the scheduler's automatic groups of
 * sessions get that nice, which is about three times the usual share.
 */
export function runAsService(name: string, pids: readonly number[]): EndGroup {
  const text = readFileSync(page, 'utf8');
  const [nice, weight] = [valueOf(text, 'Nice'), valueOf(text, 'CPUWeight')];
  for (const pid of pids)
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), nice);
  const group = makeGroup(name, weight);
  for (const pid of pids) {
    if (group !== undefined) writeFileSync(join(group, 'cgroup.procs'), String(pid));
    else writeAutogroup(pid, nice);
  }
  return () => group !== undefined && rmdirSync(group);
}

/** Its folder; undefined where this host has no control groups of the processor, or this process may make none. */
function makeGroup(name: string, weight: number): string | undefined {
  for (const { folder, file, usual } of hierarchies) {
    const group = join(folder, name);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    if (existsSync(join(group, file))) {
      writeFileSync(join(group, file), String(Math.round((weight * usual) / 100)));
      return group;
    }
    rmdirSync(group);
  }
  return undefined;
}

function writeAutogroup(pid: number, nice: number): void {
  const path = `/proc/${pid}/autogroup`;
  if (existsSync(path)) writeFileSync(path, String(nice));
}

function valueOf(text: string, name: string): number {
  const [, value] = new RegExp(`^ +${name}=(-?\\d+)$`, 'm').exec(text) ?? [];
  if (value === undefined) throw new Error(`the controller's unit says no ${name}`);
  return Number(value);
}
