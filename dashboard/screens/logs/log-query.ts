import type { LogQuery } from '../../api/types.js';

/** What is asked for at first: the newest of all lines. */
export const everything: LogQuery = { ps: '', grep: '', source: '', since: '', until: '', lines: 500 };

/** The most that one answer has. */
export const mostLines = 10_000;

/** The moment that a date field says, which is of the browser's zone; empty stays empty. */
export function momentOf(typed: string): string {
  const time = new Date(typed);
  return typed === '' || Number.isNaN(time.getTime()) ? '' : time.toISOString();
}

/** All lines from that of a line on; undefined where it has no time. */
export function fromLine(line: string): LogQuery | undefined {
  const [, since] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) /.exec(line) ?? [];
  return since === undefined ? undefined : { ...everything, since, lines: mostLines };
}
