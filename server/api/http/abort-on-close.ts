import type { Response } from 'express';

/** A signal that aborts when the client goes, or the answer is complete. */
export function untilClosed(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort(new Error('the client has gone')));
  return controller.signal;
}
