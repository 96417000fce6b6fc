import { listOf, of, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Run } from '../types.js';

/** A command, and variables for it alone. */
export interface GivenRun {
  readonly command: string;
  readonly env: Record<string, string>;
}

/** Newest first. */
export const listRuns = (formation: string): Promise<Listed<Run>> =>
  answerOf(api.GET('/api/formations/{formation}/runs', listOf(formation, 50)));
/** Left running. @throws Refusal 409 while nothing is live */
export const startRun = (formation: string, body: GivenRun): Promise<Run> =>
  answerOf(api.POST('/api/formations/{formation}/runs', { ...of(formation), body: { ...body } }));
export const stopRun = (formation: string, run: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/formations/{formation}/runs/{run}', { params: { path: { formation, run } } }));
