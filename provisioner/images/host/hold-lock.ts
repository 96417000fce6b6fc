import { asRoot } from './as-root.js';

const lockFile = '/run/lock/deis-images.lock';
/** Longer than all images of another builder take. */
const maxWaitMs = 3600_000;

/**
 * One builder at a time on this machine: runs `work` while holding a flock. The lock is held by a child that
 * ends with this process, however that ends. `onWait` is called when it has to wait, and what that returns when the
 * wait is over.
 */
export async function holdBuildLock<T>(
  work: () => Promise<T>,
  { onWait, signal }: { onWait: () => void | (() => void); signal?: AbortSignal | undefined },
): Promise<T> {
  const holder = asRoot(['flock', lockFile, 'sh', '-c', 'echo held; cat'], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
    buffer: false,
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  const wait: { end?: void | (() => void) } = {};
  const waiting = setTimeout(() => (wait.end = onWait()), 500);
  let late: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const why = new Error(`another process has held ${lockFile} for ${maxWaitMs / 60_000} minutes`);
      late = setTimeout(() => reject(why), maxWaitMs);
      holder.stdout?.once('data', () => resolve());
      holder.once('exit', (code) =>
        reject(signal?.aborted ? signal.reason : new Error(`flock ${lockFile} ended with ${code}`)),
      );
      holder.once('error', reject);
    });
    clearTimeout(late);
    clearTimeout(waiting);
    wait.end?.();
    return await work();
  } finally {
    clearTimeout(late);
    clearTimeout(waiting);
    wait.end?.();
    holder.stdin?.end();
    await holder;
  }
}
