/*
 * The thread that starts programs for run-aside.ts. To start a program copies the page tables of the whole process,
 * and whoever starts it stands still until its first instruction: here it is this thread, not the event loop.
 */
import { parentPort } from 'node:worker_threads';
import { execa } from 'execa';

/** The way to cancel each program that runs. */
const running = new Map();

async function run({ id, program, args, options }) {
  const cancel = new AbortController();
  running.set(id, cancel);
  try {
    const child = execa(program, args, { ...options, reject: false, cancelSignal: cancel.signal });
    parentPort.postMessage({ id, pid: child.pid });
    const { stdout, stderr, exitCode, failed, isCanceled, timedOut, shortMessage, message } = await child;
    const problem = failed ? { exitCode, isCanceled, timedOut, shortMessage, message } : undefined;
    parentPort.postMessage({ id, ended: { stdout, stderr, problem } });
  } catch (error) {
    parentPort.postMessage({
      id,
      ended: { stdout: '', stderr: '', problem: { message: String(error?.message) } },
    });
  } finally {
    running.delete(id);
  }
}

parentPort.on('message', (message) => {
  if (message.cancel === undefined) void run(message);
  else running.get(message.cancel)?.abort();
});
