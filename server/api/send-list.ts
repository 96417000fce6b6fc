import { once } from 'node:events';
import type { Response } from 'express';
import { untilClosed } from './http/abort-on-close.js';

/**
 * Answers 200 with a JSON object of the members of `about` and of `name`, a list that is sent page by page as
 * the client takes it: a long one is never held whole. Resolves when it is sent, or the client has gone.
 * @throws what `pages` throws before anything was sent; later the connection is cut, which clients notice
 */
export async function sendList(
  response: Response,
  about: Readonly<Record<string, unknown>>,
  name: string,
  pages: AsyncIterable<readonly unknown[]>,
): Promise<void> {
  const gone = untilClosed(response);
  response.status(200).type('json');
  if (response.req.method === 'HEAD') return void response.end();
  let opening = `${JSON.stringify(about).slice(0, -1)},${JSON.stringify(name)}:[`;
  try {
    for await (const page of pages) {
      if (gone.aborted) return;
      if (page.length === 0) continue;
      const hasRoom = response.write(opening + page.map((item) => JSON.stringify(item)).join(','));
      opening = ',';
      if (!hasRoom) await once(response, 'drain', { signal: gone });
    }
    response.end(opening === ',' ? ']}' : `${opening}]}`);
  } catch (error) {
    if (gone.aborted) return;
    if (!response.headersSent) throw error;
    response.req.log.error({ err: error }, 'a list broke off');
    response.destroy();
  }
}
