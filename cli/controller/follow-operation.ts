import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.js';
import type { Operation } from './api-types.js';
import { CliError, exitCodes } from '../terminal/errors.js';
import { readServerEvents, type ServerEvent } from './server-events.js';

export interface FollowOptions {
  /** Hears every event once, in order, the final `end` too. */
  readonly onEvent: (event: ServerEvent) => void;
  /** Hears when the stream has broken, and when it goes on. */
  readonly onConnection: (state: 'lost' | 'back') => void;
  /** Stops following; the operation itself goes on. */
  readonly signal: AbortSignal;
  /** How long the controller may be away before following is given up. Default 5 minutes. */
  readonly patienceMs?: number;
}

/** The controller sends a comment every 15 s: a stream silent for longer than this is dead. */
const silenceMs = 50_000;
const maxPauseMs = 2_000;

/**
 * Follows an operation until it has ended and returns it. A stream that breaks (a controller that restarts)
 * is taken up again after the last event seen. @throws CliError when it cannot be followed to its end; the
 * signal's reason.
 */
export async function followOperation(
  client: ApiClient,
  id: string,
  options: FollowOptions,
): Promise<Operation> {
  const place = { lastEventId: undefined as string | undefined };
  const patienceMs = options.patienceMs ?? 300_000;
  let lostAt: number | undefined;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    const heard = await follow(client, id, place, options, () => {
      if (lostAt !== undefined) options.onConnection('back');
      lostAt = undefined;
      pauseMs = 100;
    });
    if ('ended' in heard) return heard.ended;
    options.signal.throwIfAborted();
    if (lostAt === undefined) {
      lostAt = performance.now();
      options.onConnection('lost');
    } else if (performance.now() - lostAt > patienceMs) {
      throw new CliError(
        `${client.controller} has not come back in ${Math.round(patienceMs / 1000)} s`,
        exitCodes.unreachable,
        { details: [`the operation is not lost: deis ops:logs ${id}`], cause: heard.broken },
      );
    }
    await delay(pauseMs, undefined, { signal: options.signal });
  }
}

type Heard = { readonly ended: Operation } | { readonly broken: unknown };

/**
 * One connection, until the operation has ended or the stream is broken. @throws what no reconnecting would
 * heal.
 */
async function follow(
  client: ApiClient,
  id: string,
  place: { lastEventId: string | undefined },
  options: FollowOptions,
  onOpen: () => void,
): Promise<Heard> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('the event stream fell silent')), silenceMs);
  try {
    const response = await client.open('GET', `/api/operations/${id}/events`, {
      headers: {
        Accept: 'text/event-stream',
        ...(place.lastEventId === undefined ? {} : { 'Last-Event-ID': place.lastEventId }),
      },
      signal: AbortSignal.any([options.signal, silence.signal]),
    });
    onOpen();
    for await (const event of readServerEvents(response, () => timer.refresh())) {
      if (event.id !== undefined) place.lastEventId = event.id;
      options.onEvent(event);
      if (event.event === 'end') break;
    }
    // Also without `end`: it may have come before the event that was asked for.
    const operation = await client.get<Operation>(`/api/operations/${id}`);
    return operation.finished_at === null
      ? { broken: new Error('the event stream ended early') }
      : { ended: operation };
  } catch (error) {
    options.signal.throwIfAborted();
    const healing =
      !(error instanceof CliError) ||
      error.exitCode === exitCodes.unreachable ||
      error.exitCode === exitCodes.failed;
    if (!healing) throw error;
    return { broken: error };
  } finally {
    clearTimeout(timer);
  }
}
