import type { KeptInfo } from './kept-info.js';
import type { FormationLogQuery } from './log-reader.js';

/** One line that the log server keeps. */
export interface KeptLine {
  /** RFC 3339 with nanoseconds: sorts as text. */
  readonly at: string;
  readonly source: 'app' | 'deis';
  /** `web.1`; of the platform's own lines what they speak of. */
  readonly process: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** What the log server keeps of formations. */
export interface KeptLines {
  /** Whether the log server takes lines now; undefined: there has never been one. */
  isThere(): Promise<boolean | undefined>;
  /** The newest lines that are wanted, oldest first. */
  read(query: FormationLogQuery, signal: AbortSignal): Promise<readonly KeptLine[]>;
  /**
   * Gives wanted lines as they are stored, from `onBegin` on, until `signal` aborts or `deadlineMs` have passed.
   */
  follow(
    query: FormationLogQuery,
    onLine: (line: KeptLine) => void,
    options: { readonly onBegin: () => void; readonly signal: AbortSignal; readonly deadlineMs: number },
  ): Promise<void>;
  /** How much is kept of a formation, and how much may be. */
  info(formationId: number): Promise<KeptInfo>;
}
