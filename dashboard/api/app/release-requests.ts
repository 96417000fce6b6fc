import { answerOf, api } from '../client.js';
import type { ReleaseOutput } from '../types.js';

/** What its release phase and postdeploy wrote, and what containers of it that failed have left behind. */
export const readReleaseOutput = (formation: string, version: number): Promise<ReleaseOutput> =>
  answerOf(
    api.GET('/api/formations/{formation}/releases/{version}/output', {
      params: { path: { formation, version: String(version) } },
    }),
  );
