import type { RequestHandler } from 'express';

/** Requests of one address that begin in one turn of the event loop. */
const atOnce = 4;

interface Burst {
  /** Of this turn. */
  begun: number;
  readonly waiting: (() => void)[];
}

/**
 * Lets a few requests of each address begin in a turn of the event loop, and the rest of a burst in the turns that
 * follow, in order: a hundred that arrive together would else all be begun before anybody else's is read. Nothing
 * waits for another request to end. `/health` never waits.
 */
export function spreadBursts(): RequestHandler {
  const bursts = new Map<string, Burst>();
  const nextTurn = (): void => {
    for (const [address, burst] of bursts) {
      const turn = burst.waiting.splice(0, atOnce);
      burst.begun = turn.length;
      if (turn.length === 0) bursts.delete(address);
      for (const begin of turn) begin();
    }
    if (bursts.size > 0) setImmediate(nextTurn);
  };
  return (request, _response, next) => {
    if (request.path === '/health') return next();
    const address = request.ip ?? '';
    if (bursts.size === 0) setImmediate(nextTurn);
    const burst = bursts.get(address) ?? { begun: 0, waiting: [] };
    bursts.set(address, burst);
    if (burst.begun < atOnce) {
      burst.begun += 1;
      next();
    } else burst.waiting.push(() => next());
  };
}
