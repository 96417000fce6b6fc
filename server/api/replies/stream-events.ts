import type { Request, Response } from 'express';
import { onAbort } from '../../../base/on-abort.js';
import { untilClosed } from '../http/abort-on-close.js';
import { toProblem } from '../http/problem.js';
import { SseReply } from '../http/sse-reply.js';

/** What a stream of events is sent on, and the signal that aborts when its caller may not have it any more. */
export interface EventsCall {
  readonly request: Request;
  readonly response: Response;
  readonly lost: AbortSignal;
}

/**
 * Opens a stream of events that ends when the caller loses the right to it: its last word is the event
 * `error` (problem details).
 */
export function openEvents({ request, response, lost }: EventsCall): SseReply {
  const stream = new SseReply(response, untilClosed(response));
  onAbort(lost, () => {
    void stream.send({ event: 'error', data: toProblem(lost.reason, String(request.id)).problem });
    stream.end();
  });
  return stream;
}
