import { async, listOf, of, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { NewService, Operation, Service } from '../types.js';

/** What it is attached to, and who is attached to it. */
export const listServices = (formation: string): Promise<Listed<Service>> =>
  answerOf(api.GET('/api/formations/{formation}/services', listOf(formation)));
/** A template may hold a password: it is sent once and never read back. */
export const attachService = (formation: string, body: NewService): Promise<Operation> =>
  answerOf(api.POST('/api/formations/{formation}/services', { ...of(formation), ...async, body }));
export const detachService = (formation: string, variable: string): Promise<Operation> =>
  answerOf(
    api.DELETE('/api/formations/{formation}/services/{variable}', {
      params: { path: { formation, variable } },
      ...async,
    }),
  );
