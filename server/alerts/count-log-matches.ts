import type { AlertRuleRecord } from '../store/alerts/alert-store.js';
import { matchSeconds, type LogPosition } from '../store/alerts/log-match-store.js';
import type { Stores } from '../store/stores.js';
import { linePattern, maxMinutes } from './log-pattern.js';

interface Line {
  /** RFC 3339. */
  readonly at: string;
  readonly text: string;
}

/** The kept lines of a formation, read on from a place look by look. */
export interface LineSource {
  readOn(
    from: Pick<LogPosition, 'file' | 'position'> | undefined,
    signal: AbortSignal,
  ): Promise<Pick<LogPosition, 'file' | 'position'> & { readonly skipped: number }>;
}

export interface LogMatchParts {
  readonly stores: Stores;
  /** Opens the lines of a formation. */
  readonly open: (formationId: number, onLine: (line: Line) => void) => LineSource;
  readonly now: () => Date;
  /** @param said what could not be done for this formation */
  readonly warn: (formationId: number, fields: object, said: string) => void;
}

/** That nothing new was found is written down so often. */
const sayMs = 15_000;

/**
 * Counts the lines of logs that match the patterns of rules. What is counted and up to where it has been read are
 * written in one transaction: a restart counts no line twice, and none less.
 */
export class LogMatchCounter {
  readonly #formations = new Map<number, FormationLines>();

  constructor(private readonly parts: LogMatchParts) {}

  /** Reads on where lines came. A formation that cannot be read keeps none of the others from it. */
  async look(signal: AbortSignal): Promise<void> {
    const { stores, warn } = this.parts;
    const rules = new Map<number, AlertRuleRecord[]>();
    for (const rule of await stores.alerts.rulesWithPattern())
      rules.set(rule.formationId, [...(rules.get(rule.formationId) ?? []), rule]);
    for (const id of this.#formations.keys()) if (!rules.has(id)) this.#formations.delete(id);
    for (const [formationId, own] of rules) {
      signal.throwIfAborted();
      let lines = this.#formations.get(formationId);
      if (lines === undefined) {
        lines = new FormationLines(formationId, this.parts);
        this.#formations.set(formationId, lines);
      }
      await lines.look(own, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        // What was read and not written down is read again.
        this.#formations.delete(formationId);
        warn(formationId, { err: error }, 'could not look for patterns in a log');
      });
    }
  }
}

class FormationLines {
  readonly #source: LineSource;
  readonly #tests = new Map<number, (text: string) => boolean>();
  /** By rule, by the beginning of its span of time. */
  #found = new Map<number, Map<number, number>>();

  constructor(
    private readonly formationId: number,
    private readonly parts: LogMatchParts,
  ) {
    this.#source = parts.open(formationId, (line) => this.#count(line));
  }

  async look(rules: readonly AlertRuleRecord[], signal: AbortSignal): Promise<void> {
    const { stores, now, warn } = this.parts;
    for (const id of this.#tests.keys()) if (!rules.some((rule) => rule.id === id)) this.#tests.delete(id);
    for (const { id, pattern } of rules)
      if (!this.#tests.has(id)) this.#tests.set(id, linePattern(pattern ?? ''));
    this.#found = new Map();
    const from = await stores.logMatches.positionOf(this.formationId);
    const { file, position, skipped } = await this.#source.readOn(from, signal);
    if (skipped > 0)
      warn(this.formationId, { skipped }, 'a log is too fast to look for patterns in all of it');
    const lookedAt = now();
    const isSaid = from !== undefined && lookedAt.getTime() - from.lookedAt.getTime() < sayMs;
    if (isSaid && from.file === file && from.position === position) return;
    await stores.transaction(async (within) => {
      for (const [rule, spans] of this.#found)
        for (const [at, count] of spans) await within.logMatches.add(rule, new Date(at), count);
      await within.logMatches.setPosition(this.formationId, { file, position, lookedAt });
    });
  }

  #count({ at, text }: Line): void {
    const now = this.parts.now().getTime();
    // A line without a time is of now, and so is one of a clock that is ahead.
    const time = Math.min(now, Date.parse(at) || now);
    if (now - time > maxMinutes * 60_000) return;
    const span = time - (time % (matchSeconds * 1000));
    for (const [rule, matches] of this.#tests) {
      if (!matches(text)) continue;
      const spans = this.#found.get(rule) ?? new Map<number, number>();
      this.#found.set(rule, spans.set(span, (spans.get(span) ?? 0) + 1));
    }
  }
}
