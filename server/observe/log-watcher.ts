import type { Watcher } from './observer.js';

/** pino's logger, as far as it is used here. */
export interface WatcherLog {
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Writes what the worker does to the log: operations for everybody, steps and converges for who debugs. */
export function logWatcher(log: WatcherLog): Watcher {
  return {
    onOperation: ({ id, kind, formation, attempt, end }) => {
      const fields = { operation: id, kind, formation, attempt };
      if (end === undefined) log.info(fields, 'operation begins');
      else log.info({ ...fields, ...end }, 'operation ends');
    },
    onStep: (step) => log.debug(step, 'step ends'),
    onConverge: (converge) => log.debug(converge, 'converge ends'),
  };
}
