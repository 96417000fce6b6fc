import { listOf, most, of, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Drain, NewDrain } from '../types.js';

/** Whose lines are sent: those of a formation, or with null those of all, for platform admins. */
export type Drained = string | null;

export const listDrains = (formation: Drained): Promise<Listed<Drain>> =>
  answerOf(
    formation === null
      ? api.GET('/api/drains', { params: most })
      : api.GET('/api/formations/{formation}/drains', listOf(formation)),
  );
export const addDrain = (formation: Drained, body: NewDrain): Promise<Drain> =>
  answerOf(
    formation === null
      ? api.POST('/api/drains', { body })
      : api.POST('/api/formations/{formation}/drains', { ...of(formation), body }),
  );
export const removeDrain = (formation: Drained, drain: string): Promise<unknown> =>
  answerOf(
    formation === null
      ? api.DELETE('/api/drains/{drain}', { params: { path: { drain } } })
      : api.DELETE('/api/formations/{formation}/drains/{drain}', { params: { path: { formation, drain } } }),
  );
