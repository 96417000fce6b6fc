import { RemoteFailure } from '../../../base/errors.js';

/**
 * What a node says; undefined when it does not answer. @throws the reason of an aborted signal, and what is no
 * fault of a connection
 */
export async function ifItAnswers<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RemoteFailure)) throw error;
    return undefined;
  }
}
