// A program that a run of the tests starts beside others: to its end, or to a deadline.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** How long what a program has left behind may keep its output open. */
const leftMs = 5_000;

/**
 * Runs it to its end, or kills it at its deadline or when `signal` is aborted.
 *
 * @returns `code`, its exit code: null when it was killed, words when it could not be started; `stdout`, and
 * `output`, which is all that it said
 */
export async function runProgram(program, args, { deadlineMs, cwd = root, env = process.env, signal }) {
  const child = spawn(program, args, {
    cwd,
    env,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, output] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  child.once('exit', () => {
    const close = () => [child.stdout, child.stderr].forEach((stream) => stream.destroy());
    setTimeout(close, leftMs).unref();
  });
  const [code] = await once(child, 'close').catch((error) => [error.message]);
  return { code, stdout, output };
}

/** Why a program did not do its work: how it ended, else the last lines of what it said. */
export function whyNot({ code, output }, deadlineMs, lines = 1) {
  if (code === null) return `no end within ${deadlineMs / 1000} s`;
  return typeof code === 'string' ? code : output.trim().split('\n').slice(-lines).join(' ');
}
