import type { AlertRule, NewAlertRule } from '../../api/types.js';
import { alertKinds, type KindName } from './alert-kinds.js';

/** What is typed of a new rule; empty: as the controller has it. */
export type TypedRule = Readonly<
  Record<'name' | 'threshold' | 'pattern' | 'minutes', string> & { kind: KindName }
>;

export const emptyRule: TypedRule = { kind: 'crash-loop', name: '', threshold: '', pattern: '', minutes: '' };

/** What the API is given: what the kind does not take was typed for another. */
export function givenRule({ kind, name, threshold, pattern, minutes }: TypedRule): NewAlertRule {
  const { threshold: limit, hasPattern } = alertKinds[kind];
  return {
    kind,
    ...(name !== '' && { name }),
    ...(limit !== undefined && threshold !== '' && { threshold: Number(threshold) }),
    ...(hasPattern && pattern !== '' && { pattern }),
    ...(hasPattern && minutes !== '' && { minutes: Number(minutes) }),
  };
}

/** When somebody is told: `a certificate expires within the threshold (14 days)`. */
export function ruleInWords({
  summary,
  threshold,
  unit,
  pattern,
  minutes,
}: Pick<AlertRule, 'summary' | 'threshold' | 'unit' | 'pattern' | 'minutes'>): string {
  const facts = [
    ...(threshold === null ? [] : [unit === null ? String(threshold) : `${threshold} ${unit}`]),
    ...(pattern === null ? [] : [`pattern ${pattern}`]),
    ...(minutes === null ? [] : [`${minutes} min`]),
  ];
  return facts.length === 0 ? summary : `${summary} (${facts.join(', ')})`;
}
