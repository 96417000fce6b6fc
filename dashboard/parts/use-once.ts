import { useEffect, useState } from 'preact/hooks';

/** What is read once, when whoever shows it comes into the page; and why it was not. */
export function useOnce<T>(read: () => Promise<T>): { readonly value?: T; readonly problem?: Error } {
  const [state, setState] = useState<{ value?: T; problem?: Error }>({});
  useEffect(() => {
    let isOver = false;
    read().then(
      (value) => isOver || setState({ value }),
      (problem: Error) => isOver || setState({ problem }),
    );
    return () => {
      isOver = true;
    };
  }, []);
  return state;
}
