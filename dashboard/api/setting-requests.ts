import { async, of } from './asked.js';
import { answerOf, answerWithTag, api } from './client.js';
import type { GivenCheck, HealthChecks, LimitChanges, Limits, Operation } from './types.js';

/** What was read, and the tag that a change of it names. */
export interface Tagged<T> {
  readonly value: T;
  readonly tag: string;
}

export const readLimits = (formation: string): Promise<Tagged<Limits>> =>
  answerWithTag(api.GET('/api/formations/{formation}/limits', of(formation)));
/** @throws Refusal 412 when they have changed since */
export const changeLimits = (formation: string, body: LimitChanges, tag: string): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/limits', {
      ...of(formation),
      headers: { ...async.headers, 'If-Match': tag },
      body,
    }),
  );

export const readHealthChecks = (formation: string): Promise<Tagged<HealthChecks>> =>
  answerWithTag(api.GET('/api/formations/{formation}/healthchecks', of(formation)));
/** Null puts the default back. @throws Refusal 412 when they have changed since */
export const changeHealthChecks = (
  formation: string,
  checks: Record<string, GivenCheck | null>,
  tag: string,
): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/healthchecks', {
      ...of(formation),
      headers: { ...async.headers, 'If-Match': tag },
      body: { checks },
    }),
  );
