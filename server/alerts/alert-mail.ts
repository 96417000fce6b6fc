import { alertKindOf } from './alert-kinds.js';
import type { HookBody } from './hook-event.js';

/** Characters of a subject; what is longer is cut. */
const maxSubject = 150;

const beginnings = { 'alert.fired': '', 'alert.resolved': 'over: ', 'alert.test': 'test: ' } as const;

/** A mail in plain text that says what is the matter, where, since when, and what command shows more. */
export function alertMail({ event, formation, alert }: HookBody): {
  readonly subject: string;
  readonly text: string;
} {
  const { kind, subject, detail, since, resolved_at: over } = alert;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['What', detail],
    ['Where', whereIs(formation, subject)],
    ['Since', since],
    ['Over', over ?? undefined],
    ['Look', alertKindOf(kind)?.look({ formation, subject })],
    ['All', `deis alerts:fired -f ${formation}`],
  ];
  const text = rows
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${`${name}:`.padEnd(7)}${oneLine(value!)}\n`)
    .join('');
  return {
    subject: oneLine(`[deis] ${formation}: ${beginnings[event]}${detail}`).slice(0, maxSubject),
    text,
  };
}

function whereIs(formation: string, subject: string): string {
  if (subject === 'controller') return 'the controller';
  return subject === 'app' ? `formation ${formation}` : `${subject} of formation ${formation}`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
