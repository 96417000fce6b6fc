import { listOf, of, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Run } from '../types.js';

/** Newest first. */
export const listRuns = (formation: string): Promise<Listed<Run>> =>
  answerOf(api.GET('/api/formations/{formation}/runs', listOf(formation, 50)));
/** Left running. @throws Refusal 409 while nothing is live */
export const startRun = (formation: string, command: string): Promise<Run> =>
  answerOf(api.POST('/api/formations/{formation}/runs', { ...of(formation), body: { command } }));
export const stopRun = (formation: string, run: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/formations/{formation}/runs/{run}', { params: { path: { formation, run } } }));
