import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** What was read last, and why the last attempt failed. */
export interface Live<T> {
  readonly value: T | undefined;
  readonly problem: Error | undefined;
  /** Reads it now. */
  readonly reload: () => void;
}

/** Milliseconds. */
export const usualMs = 4_000;

/** Milliseconds until it is read again, by what was found last. */
type Every<T> = (found: T | undefined) => number;
const usual: Every<unknown> = () => usualMs;

/**
 * Reads something now and again, while the page is in sight. `key` says what it is: with another one, what was read
 * before is forgotten.
 */
export function useLive<T>(key: string, read: () => Promise<T>, every: Every<T> = usual): Live<T> {
  const [state, setState] = useState<{ key: string; value?: T; problem?: Error }>({ key });
  const latest = useRef({ read, every });
  latest.current = { read, every };
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    let last: T | undefined;
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        const found = await latest.current.read().then(
          (value) => ({ value: (last = value) }),
          (problem: Error) => ({ problem }),
        );
        if (isOver) return;
        setState((before) => ({ ...(before.key === key ? before : {}), problem: undefined, ...found, key }));
      }
      // One chain: another look may have begun meanwhile.
      clearTimeout(timer);
      timer = window.setTimeout(() => void look(), latest.current.every(last));
    };
    const onSight = (): void => {
      clearTimeout(timer);
      void look();
    };
    void look();
    document.addEventListener('visibilitychange', onSight);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onSight);
    };
  }, [key, turn]);
  const reload = useCallback(() => setTurn((count) => count + 1), []);
  const current = state.key === key ? state : undefined;
  return { value: current?.value, problem: current?.problem, reload };
}
