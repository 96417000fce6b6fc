/**
 * Calls `act` once when `signal` is aborted, and at once when it is aborted already: `addEventListener` alone
 * never fires then. Returns a function that takes the listener away; to call it again, or afterwards, does
 * nothing. Without a signal `act` is never called.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) {
    act();
    return () => undefined;
  }
  const listener = (): void => act();
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
