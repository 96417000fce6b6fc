import { answerOf, api } from '../client.js';
import type { ReleaseOutput } from '../types.js';

/** What its release phase and postdeploy wrote, and what containers of it that failed have left behind. */
export const readReleaseOutput = (formation: string, version: number): Promise<ReleaseOutput> =>
  answerOf(
    api.GET('/api/formations/{formation}/releases/{version}/output', {
      params: { path: { formation, version: String(version) } },
    }),
  );

/** Names of the variables that differ. @param between pairs of versions of the config: `1-2,2-1` */
export const readConfigChanges = (
  formation: string,
  between: string,
): Promise<{ readonly results: readonly { from: number; to: number; changed: string[] }[] }> =>
  answerOf(
    api.GET('/api/formations/{formation}/config/changes', {
      params: { path: { formation }, query: { between } },
    }),
  );
