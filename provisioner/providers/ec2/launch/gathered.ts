import { onAbort } from '../../../../base/on-abort.js';
import { unlessAborted } from '../../../../base/unless-aborted.js';

/** For a call that is given up to end in its own words, which name who did not answer. */
const lastWordsMs = 100;

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** One call for many questions. Resolves to what answers each of them, which may throw for one and not for another. */
export type Ask<Question, Answer> = (
  questions: readonly Question[],
  signal: AbortSignal,
) => Promise<(question: Question) => Answer>;

/**
 * Asks what many want to know at about the same time by one call: nodes of one operation, say, each of which
 * asks for itself. Where the call fails, all of it fail; who is aborted leaves the others alone.
 */
export class Gathered<Question, Answer> {
  #waiting: Waiting<Question, Answer>[] = [];
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param ask its signal is aborted when all who asked have been
   * @param windowMs how long the first of them waits for others
   * @param maxQuestions of one call
   */
  constructor(
    private readonly ask: Ask<Question, Answer>,
    private readonly windowMs: number,
    private readonly maxQuestions: number,
  ) {}

  /** @throws what the call throws; soon after an abort the signal's reason */
  async get(question: Question, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ question, signal, resolve, reject });
    });
    if (this.#waiting.length >= this.maxQuestions) void this.#send();
    else this.#timer ??= setTimeout(() => void this.#send(), this.windowMs);
    return unlessAborted(signal, answer, lastWordsMs);
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sent = this.#waiting.filter(({ signal }) => !signal.aborted);
    this.#waiting = [];
    if (sent.length === 0) return;
    const allGone = new AbortController();
    let left = sent.length;
    const releases = sent.map(({ signal }) =>
      onAbort(signal, () => {
        left -= 1;
        if (left === 0) allGone.abort(signal.reason);
      }),
    );
    try {
      const answerOf = await this.ask(
        sent.map(({ question }) => question),
        allGone.signal,
      );
      for (const each of sent) settle(each, answerOf);
    } catch (error) {
      for (const { reject } of sent) reject(error);
    } finally {
      for (const release of releases) release();
    }
  }
}

function settle<Question, Answer>(
  { question, resolve, reject }: Waiting<Question, Answer>,
  answerOf: (question: Question) => Answer,
): void {
  try {
    resolve(answerOf(question));
  } catch (error) {
    reject(error);
  }
}
