import type { PlatformEvent } from './append-event.js';

/** By limit: what became of a request, and what to do. Others that a node names are passed over. */
const limits: ReadonlyMap<string, string> = new Map([
  [
    'body',
    'answered 413: the body is longer than this app takes; `deis proxy:set body_size=20m` raises that',
  ],
  ['head', "answered 502: the headers of the app's answer are longer than 32 KB, or never end"],
  [
    'time',
    'answered 504: the app did not begin its answer in time; `deis proxy:set timeout=120` gives it more',
  ],
]);

/**
 * What to tell an app's owner of requests that a limit of a proxy ended, one line for each limit.
 * @param proxy name of the node
 * @param limited limit -> requests
 */
export function limitEvents(
  proxy: string,
  limited: Readonly<Record<string, number>>,
  at: Date,
): PlatformEvent[] {
  return Object.entries(limited).flatMap(([limit, count]) => {
    const what = limits.get(limit);
    if (what === undefined || count <= 0) return [];
    return [{ process: proxy, text: `${count} request${count === 1 ? '' : 's'} ${what}`, at }];
  });
}
