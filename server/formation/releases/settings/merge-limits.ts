import { byteSize } from '../../../../base/byte-size.js';
import type { Limits } from '../../../../cookbooks/databag.js';
import { UserError } from '../../../../base/errors.js';
import { releaseSummary } from '../release-summary.js';
import { sortedByKey } from '../../databag/sorted-by-key.js';

/** Process type -> what each of its containers may use. */
export type LimitsByType = Readonly<Record<string, Limits>>;

/** By process type; null takes the limit away. */
export interface LimitChanges {
  /** Bytes, or text: `512M`, `1.5G`. */
  readonly memory?: Readonly<Record<string, string | number | null>> | undefined;
  /** Shares of one core: 0.5. */
  readonly cpus?: Readonly<Record<string, number | null>> | undefined;
}

/** Below it Docker makes no container. */
const minMemory = 6 * 2 ** 20;
const maxMemory = 1024 * 2 ** 30;
const minCpus = 0.01;
const maxCpus = 512;

/**
 * The limits with these changes; types sorted, those without a limit left out. @throws UserError naming the
 * field and its value
 */
export function mergeLimits(
  present: LimitsByType,
  { memory = {}, cpus = {} }: LimitChanges,
): Record<string, Limits> {
  const types = [...new Set([...Object.keys(memory), ...Object.keys(cpus)])];
  if (types.length === 0)
    throw new UserError('name at least one process type and its limit, like web=512M', { field: 'memory' });
  const merged = new Map(Object.entries(present));
  for (const type of types) {
    const { memory: oldMemory = null, cpus: oldCpus = null } = merged.get(type) ?? {};
    const newMemory = Object.hasOwn(memory, type) ? memoryOf(type, memory[type]!) : oldMemory;
    const newCpus = Object.hasOwn(cpus, type) ? cpusOf(type, cpus[type]!) : oldCpus;
    if (newMemory === null && newCpus === null) merged.delete(type);
    else
      merged.set(type, {
        ...(newMemory === null ? {} : { memory: newMemory }),
        ...(newCpus === null ? {} : { cpus: newCpus }),
      });
  }
  return sortedByKey([...merged]);
}

/** What a change does: `Limit memory of web to 512M; no limit on cpus of worker`. */
export function summariseLimits({ memory = {}, cpus = {} }: LimitChanges): string {
  const said = (what: string, changes: Readonly<Record<string, string | number | null>>): string[] =>
    Object.entries(changes).map(([type, value]) =>
      value === null ? `no limit on ${what} of ${type}` : `limit ${what} of ${type} to ${String(value)}`,
    );
  return releaseSummary([...said('memory', memory), ...said('cpus', cpus)]);
}

function memoryOf(type: string, value: string | number | null): number | null {
  if (value === null) return null;
  const bytes = byteSize(String(value));
  if (bytes >= minMemory && bytes <= maxMemory) return bytes;
  throw new UserError(
    `${JSON.stringify(value)} cannot be the memory of ${type}: ` +
      'give an amount like 512M or 1G, from 6M to 1024G',
    { field: `memory.${type}` },
  );
}

function cpusOf(type: string, value: number | null): number | null {
  if (value === null || (value >= minCpus && value <= maxCpus))
    return value === null ? null : Math.round(value * 100) / 100;
  throw new UserError(
    `${value} cannot be the cpus of ${type}: give shares of one core like 0.5 or 2, ` +
      `from ${minCpus} to ${maxCpus}`,
    { field: `cpus.${type}` },
  );
}
