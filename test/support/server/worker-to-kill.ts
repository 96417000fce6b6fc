import { onAbort } from '../../../base/on-abort.js';
import { Faults, parseFaults } from '../../../server/operation/faults.js';
import { startTestWorker } from './operation-worker.js';

/**
 * Run as a child process of its own: URL and DEIS_FAULTS are its arguments. Carries out `deploy`, whose step
 * `switch` never ends by itself.
 */
const [url, faults] = process.argv.slice(2);
await startTestWorker(
  url!,
  {
    deploy: async (context) => {
      await context.step('start', 10_000, () => Promise.resolve());
      context.line('first worker was here');
      await context.step(
        'switch',
        60_000,
        (signal) => new Promise((_resolve, reject) => onAbort(signal, () => reject(signal.reason as Error))),
      );
    },
  },
  { faults: new Faults(parseFaults(faults ?? '')) },
);
