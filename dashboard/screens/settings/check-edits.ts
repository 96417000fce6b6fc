import type { GivenCheck, HealthCheck } from '../../api/types.js';

/** The numbers of a check, in the order in which a form asks for them. */
export const checkTimes = ['timeout', 'interval', 'retries', 'start', 'deadline'] as const;

/** What is typed; empty: the default. */
export type TypedCheck = Readonly<
  Record<(typeof checkTimes)[number] | 'path' | 'low' | 'high', string> & { kind: HealthCheck['kind'] | '' }
>;

/** A check as a form shows it; undefined: the default. */
export function typedCheck(check: HealthCheck | undefined): TypedCheck {
  const text = (value: string | number | null | undefined): string => String(value ?? '');
  return {
    kind: check?.kind ?? '',
    path: text(check?.path),
    low: text(check?.status?.[0]),
    high: text(check?.status?.[1]),
    timeout: text(check?.timeout),
    interval: text(check?.interval),
    retries: text(check?.retries),
    start: text(check?.start),
    deadline: text(check?.deadline),
  };
}

/** What the API is given; null puts the default back. A path and a status are of checks by HTTP alone. */
export function givenCheck({ kind, path, low, high, ...times }: TypedCheck): GivenCheck | null {
  if (kind === '') return null;
  const given: GivenCheck = { kind };
  if (kind === 'http' && path !== '') given.path = path;
  if (kind === 'http' && (low !== '' || high !== ''))
    given.status = [Number(low || high), Number(high || low)];
  for (const name of checkTimes) if (times[name] !== '') given[name] = Number(times[name]);
  return given;
}

/** In words, for those who may not change it. */
export function checkInWords(check: HealthCheck | undefined): string {
  const given = givenCheck(typedCheck(check));
  if (given === null) return 'as by default';
  const { kind, path, status, ...times } = given;
  const what = kind === 'http' ? `GET ${path ?? '/'} answers ${status?.join(' to ') ?? '200 to 399'}` : kind;
  return [what, ...Object.entries(times).map(([name, value]) => `${name} ${value}`)].join(', ');
}
