import { async, of, onTop } from '../asked.js';
import { answerOf, answerWithTag, api } from '../client.js';
import type {
  Config,
  GivenCheck,
  HealthChecks,
  LimitChanges,
  Limits,
  Operation,
  ProxyChanges,
  ProxySettings,
  TagChanges,
  Tags,
  TimeoutChanges,
  Timeouts,
} from '../types.js';

/** What was read, and the tag that a change of it names. */
export interface Tagged<T> {
  readonly value: T;
  readonly tag: string;
}

export const readLimits = (formation: string): Promise<Tagged<Limits>> =>
  answerWithTag(api.GET('/api/formations/{formation}/limits', of(formation)));
/** @throws Refusal 412 when they have changed since */
export const changeLimits = (formation: string, body: LimitChanges, tag: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/limits', { ...onTop(formation, tag), body }));

export const readHealthChecks = (formation: string): Promise<Tagged<HealthChecks>> =>
  answerWithTag(api.GET('/api/formations/{formation}/healthchecks', of(formation)));
/** Null puts the default back. @throws Refusal 412 when they have changed since */
export const changeHealthChecks = (
  formation: string,
  checks: Record<string, GivenCheck | null>,
  tag: string,
): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/healthchecks', { ...onTop(formation, tag), body: { checks } }),
  );

export const readTags = (formation: string): Promise<Tagged<Tags>> =>
  answerWithTag(api.GET('/api/formations/{formation}/tags', of(formation)));
/** @throws Refusal 412 when they have changed since, 400 naming the type with a tag that can be none */
export const changeTags = (formation: string, tags: TagChanges, tag: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/tags', { ...onTop(formation, tag), body: { tags } }));

export const readTimeouts = (formation: string): Promise<Tagged<Timeouts>> =>
  answerWithTag(api.GET('/api/formations/{formation}/timeouts', of(formation)));
/** @throws Refusal 412 when they have changed since */
export const changeTimeouts = (
  formation: string,
  timeouts: TimeoutChanges,
  tag: string,
): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/timeouts', { ...onTop(formation, tag), body: { timeouts } }),
  );

export const readProxy = (formation: string): Promise<Tagged<ProxySettings>> =>
  answerWithTag(api.GET('/api/formations/{formation}/proxy', of(formation)));
/** @throws Refusal 412 when they have changed since, 400 naming the fields that cannot be so */
export const changeProxy = (formation: string, body: ProxyChanges, tag: string): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/proxy', { ...onTop(formation, tag), body }));

export const readMaintenance = (formation: string): Promise<{ readonly enabled: boolean }> =>
  answerOf(api.GET('/api/formations/{formation}/maintenance', of(formation)));
export const changeMaintenance = (formation: string, enabled: boolean): Promise<Operation> =>
  answerOf(
    api.POST('/api/formations/{formation}/maintenance', { ...of(formation), ...async, body: { enabled } }),
  );

/** Which variables there are; with a version, also which are not as they were in that one. No value. */
export const readConfigNames = (formation: string, since?: number): Promise<Tagged<Config>> =>
  answerWithTag(
    api.GET('/api/formations/{formation}/config', {
      params: {
        path: { formation },
        query: { values: 'hidden', ...(since === undefined ? {} : { since }) },
      },
    }),
  );
/** So many one request reveals. */
const maxRevealed = 100;

/**
 * Values of the config that has this tag, and of no more variables than are named: the audit log has those.
 * @throws Refusal 412 when it has changed since
 */
export async function revealConfig(
  formation: string,
  names: readonly string[],
  tag: string,
): Promise<Config['values']> {
  const values: Config['values'] = {};
  for (let from = 0; from < names.length; from += maxRevealed) {
    const part = await answerOf(
      api.POST('/api/formations/{formation}/config/reveal', {
        ...of(formation),
        headers: { 'If-Match': tag },
        body: { names: names.slice(from, from + maxRevealed) },
      }),
    );
    Object.assign(values, part.values);
  }
  return values;
}
/** Sets and unsets (null) variables of the config that has this tag. @throws Refusal 412 when it has changed since */
export const changeConfig = (
  formation: string,
  values: Record<string, string | null>,
  tag: string,
): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/config', { ...onTop(formation, tag), body: { values } }));
