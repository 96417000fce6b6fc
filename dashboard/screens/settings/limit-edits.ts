import type { LimitChanges, Limits } from '../../api/types.js';

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
      return [name, { memory: memory === null ? '' : size(memory), cpus: cpus === null ? '' : String(cpus) }];
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

/** `512M`: in the largest unit that leaves a whole number. */
export function size(bytes: number): string {
  const unit = [['G', 1024 ** 3] as const, ['M', 1024 ** 2] as const, ['K', 1024] as const].find(
    ([, value]) => bytes % value === 0,
  );
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}
