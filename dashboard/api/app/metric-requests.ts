import { answerOf, api } from '../client.js';
import type { Metrics } from '../types.js';

/** What the app served and used in the last `hours`, in 120 steps at most. */
export const readMetrics = (formation: string, hours: number): Promise<Metrics> =>
  answerOf(
    api.GET('/api/formations/{formation}/metrics', {
      params: {
        path: { formation },
        query: { since: new Date(Date.now() - hours * 3_600_000).toISOString(), steps: 120 },
      },
    }),
  );
