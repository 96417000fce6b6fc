import type { ProcessRole } from '../settings/setting-schemas.js';
import type { Assembled, Assembly } from './assembly.js';

type Told = Partial<Assembled> | void;

/** One part of the controller. */
export interface Part {
  /** The role that starts it; `every` for what all processes need. */
  readonly role: ProcessRole | 'every';
  /** Starts it and adds its end to the shutdown. Resolves to what the parts after it need to know. */
  readonly start: (assembly: Assembly) => Told | Promise<Told>;
  /** What the parts after it need to know where another process has its role; absent: nothing. */
  readonly elsewhere?: (assembly: Assembly) => Told | Promise<Told>;
}

/** Starts the parts of this process's roles, in order; the others tell where they run. */
export async function startParts(assembly: Assembly, parts: readonly Part[]): Promise<void> {
  for (const { role, start, elsewhere } of parts) {
    const isOurs = role === 'every' || assembly.settings.roles.has(role);
    assembly.add((await (isOurs ? start : elsewhere)?.(assembly)) ?? {});
  }
}
