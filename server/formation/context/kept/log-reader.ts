import type { KeptInfo } from './kept-info.js';
import type { FormationRecord } from '../../../store/app/formation-store.js';

/** Which lines of a formation's logs somebody wants. */
export interface LogQuery {
  /** At most so many of what is there already. */
  readonly lines: number;
  /** `web` or `web.1`; absent: everything. */
  readonly ps?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** Only lines that contain this text. */
  readonly grep?: string | undefined;
  /** What apps wrote, or what the platform says of them; absent: both. */
  readonly source?: 'app' | 'deis' | undefined;
}

/** A formation, and which lines of its logs. */
export interface FormationLogQuery extends LogQuery {
  readonly formation: FormationRecord;
}

/**
 * Where lines of logs come from. Lines are `2026-01-01T00:00:00.000Z app[web.1]: text`; those of the platform have
 * `deis` in the place of `app`.
 */
export interface LogReader {
  /**
   * The newest lines of all of a formation's containers, oldest first; what cannot be asked is named in a
   * line of the controller's own, `deis[controller]`.
   */
  read(query: FormationLogQuery, signal: AbortSignal): Promise<string[]>;
  /**
   * Gives the newest lines and then every further one as it comes, until `signal` aborts or a day has passed,
   * with new containers as they start and without a gap. What cannot be asked is named once, asked again, and
   * its lines come later.
   */
  follow(query: FormationLogQuery, onLine: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** How much of a formation's lines the log server keeps, and whether there is one. */
  kept(formationId: number): Promise<KeptInfo & { readonly server: 'running' | 'away' | 'none' }>;
}
