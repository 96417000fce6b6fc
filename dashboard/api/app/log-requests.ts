import { of } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { KeptLogs, LogQuery } from '../types.js';

export const readLogs = (formation: string, query: LogQuery): Promise<string> =>
  answerOf(
    api.GET('/api/formations/{formation}/logs', {
      params: { path: { formation }, query: given(query) },
      parseAs: 'text',
    }) as Promise<{ data?: string; error?: unknown; response: Response }>,
  );

/** How much of the lines is kept. */
export const readKeptLogs = (formation: string): Promise<KeptLogs> =>
  answerOf(api.GET('/api/formations/{formation}/logs/kept', of(formation)));

/** The path of the same, kept (`''`) or followed. */
export function logPath(formation: string, query: LogQuery, which: '' | '/follow'): string {
  const params = Object.entries(given(query)).map(([name, value]) => [name, String(value)]);
  return `/api/formations/${encodeURIComponent(formation)}/logs${which}?${new URLSearchParams(params)}`;
}

function given({ lines, ps, grep, source, since, until }: LogQuery) {
  return {
    lines,
    ...(ps !== '' && { ps }),
    ...(grep !== '' && { grep }),
    ...(source !== '' && { source }),
    ...(since !== '' && { since }),
    ...(until !== '' && { until }),
  };
}
