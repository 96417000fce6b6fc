import { useEffect, useState } from 'preact/hooks';

/** A module that only some screens need, once it is loaded; `load` is one constant function. */
export function useLoaded<T>(load: () => Promise<T>): { readonly module?: T; readonly problem?: Error } {
  const [state, setState] = useState<{ module?: T; problem?: Error }>({});
  useEffect(() => {
    let isOver = false;
    load().then(
      (module) => isOver || setState({ module }),
      () => isOver || setState({ problem: new Error('A part of the page did not load: reload it.') }),
    );
    return () => {
      isOver = true;
    };
  }, [load]);
  return state;
}
