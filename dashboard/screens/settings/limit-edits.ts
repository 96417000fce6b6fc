import type { LimitChanges, Limits } from '../../api/types.js';
import { sizeText } from '../../parts/figures/size.js';

/** What is typed for a process type; empty: no limit. */
export interface TypedLimit {
  readonly memory: string;
  readonly cpus: string;
}
export type TypedLimits = Readonly<Record<string, TypedLimit>>;

/** Limits as people write them. */
export function typedLimits({ types }: Limits, more: readonly string[]): TypedLimits {
  const names = [...new Set([...Object.keys(types), ...more])].sort();
  return Object.fromEntries(
    names.map((name) => {
      const { memory = null, cpus = null } = types[name] ?? {};
      return [
        name,
        { memory: memory === null ? '' : sizeText(memory), cpus: cpus === null ? '' : String(cpus) },
      ];
    }),
  );
}

/** What of `typed` differs from `before`, for the API; undefined: nothing. */
export function limitChanges(before: TypedLimits, typed: TypedLimits): LimitChanges | undefined {
  const memory: Record<string, string | null> = {};
  const cpus: Record<string, number | null> = {};
  for (const [name, now] of Object.entries(typed)) {
    if (now.memory !== before[name]?.memory) memory[name] = now.memory === '' ? null : now.memory;
    if (now.cpus !== before[name]?.cpus) cpus[name] = now.cpus === '' ? null : Number(now.cpus);
  }
  const changes = {
    ...(Object.keys(memory).length > 0 && { memory }),
    ...(Object.keys(cpus).length > 0 && { cpus }),
  };
  return Object.keys(changes).length > 0 ? changes : undefined;
}
