import type { Request, Response } from 'express';
import { accessChannel } from '../../store/people/access-channel.js';
import type { Answers } from '../http/answers.js';
import { toProblem } from '../http/problem.js';
import type { AppParts } from './app-parts.js';

/** Last words have reached the client by then; what is still open is cut. */
const lastWordMs = 2_000;

/** Of whom a stream is, and what it is sent on. */
export interface StreamCall {
  readonly parts: Pick<AppParts, 'listener' | 'askAgainMs'>;
  readonly request: Request;
  readonly response: Response;
  readonly user: { readonly id: number };
}

/** Whether it goes on for longer than a question and its answer: server-sent events, or a WebSocket. */
export function isStream(answers: Answers): boolean {
  return (
    101 in answers || Object.values(answers).some(({ content }) => content?.type === 'text/event-stream')
  );
}

/**
 * Streams for as long as the caller may have it: `ask` is called again when somebody's rights change, and
 * every `askAgainMs`. When it refuses, `lost` aborts with what it threw: the stream says so and ends. One that
 * does not end by itself within 2 s is cut off, whatever it does.
 */
export async function whileAllowed<T>(
  { parts, request, response, user }: StreamCall,
  ask: () => Promise<unknown>,
  stream: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const watch = new AccessWatch(ask, (error) => {
    const { unexpected } = toProblem(error, String(request.id));
    if (unexpected) return request.log.warn({ err: error }, 'cannot ask whether a stream may go on');
    end();
    lost.abort(error);
    const { socket } = request;
    setTimeout(() => response.writableFinished || socket.destroy(), lastWordMs).unref();
  });
  const unlisten = parts.listener.on(accessChannel, (userId) => {
    if (userId === null || userId === '' || userId === String(user.id)) watch.look();
  });
  const timer = setInterval(() => watch.look(), parts.askAgainMs);
  const end = (): void => {
    clearInterval(timer);
    unlisten();
    watch.stop();
  };
  // Something may have changed since the caller was let in and before anybody listened.
  watch.look();
  try {
    return await stream(lost.signal);
  } finally {
    end();
  }
}

/** Asks one question at a time; what comes meanwhile is asked once more, afterwards. */
class AccessWatch {
  #isAsking = false;
  #isStale = false;
  #isOver = false;

  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly onRefusal: (error: unknown) => void,
  ) {}

  look(): void {
    this.#isStale = true;
    if (!this.#isAsking) void this.#askAll();
  }

  stop(): void {
    this.#isOver = true;
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    while (this.#isStale && !this.#isOver) {
      this.#isStale = false;
      await this.ask().catch((error: unknown) => this.#isOver || this.onRefusal(error));
    }
    this.#isAsking = false;
  }
}
