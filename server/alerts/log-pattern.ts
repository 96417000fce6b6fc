import { RE2JS, RE2JSException } from 're2js';
import { UserError } from '../../base/errors.js';
import { alertKinds, type AlertKind, type AlertKindName } from './alert-kinds.js';

/** Characters of a pattern. */
export const maxPattern = 200;
/** Instructions that a pattern may come to: what a line costs grows with them. */
export const maxProgram = 1000;
/** Characters of a line that are looked at. */
export const maxMatched = 65_536;
/** How far back lines are counted. */
export const maxMinutes = 60;
const defaultMinutes = 5;

/** Which lines a rule counts, and how far back; nulls of a kind that counts none. */
export interface RulePattern {
  readonly pattern: string | null;
  readonly minutes: number | null;
}

/**
 * A test for lines, by RE2: its time is linear in the line, whatever the pattern is. @throws UserError for one that
 * is not valid, or too large
 */
export function linePattern(pattern: string): (text: string) => boolean {
  if (pattern === '' || pattern.length > maxPattern)
    throw notValid(pattern, `it has ${pattern.length} characters, of 1 to ${maxPattern}`);
  const compiled = compile(pattern);
  if (compiled.programSize() > maxProgram) throw notValid(pattern, 'its repetitions are too many');
  return (text) => compiled.test(text.slice(0, maxMatched));
}

/** What a rule of this kind counts. @throws UserError for what it cannot be */
export function rulePattern(
  kind: AlertKindName,
  {
    pattern,
    minutes = defaultMinutes,
  }: { readonly pattern?: string | undefined; readonly minutes?: number | undefined },
): RulePattern {
  const { hasPattern }: AlertKind = alertKinds[kind];
  if (hasPattern !== true) {
    if (pattern === undefined) return { pattern: null, minutes: null };
    throw new UserError(`${kind} takes no pattern: ${alertKinds[kind].summary}`, { field: 'pattern' });
  }
  if (pattern === undefined)
    throw new UserError(`${kind} needs a pattern: expected e.g. ERROR|timeout`, { field: 'pattern' });
  linePattern(pattern);
  if (!(Number.isInteger(minutes) && minutes >= 1 && minutes <= maxMinutes))
    throw new UserError(`${minutes} is not a valid number of minutes: expected 1 to ${maxMinutes}`, {
      field: 'minutes',
    });
  return { pattern, minutes };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw notValid(pattern, error.message.replace(/^error parsing regexp: /, ''));
  }
}

function notValid(pattern: string, why: string): UserError {
  return new UserError(
    `${pattern.slice(0, maxPattern)} is not a valid pattern: ${why} (expected RE2, e.g. ERROR|timeout)`,
    { field: 'pattern' },
  );
}
