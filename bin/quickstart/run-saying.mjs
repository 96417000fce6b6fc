// A program that is silent where nothing draws its progress: into a pipe or a file.
import { spawn } from 'node:child_process';

/** Milliseconds of silence, as in quickstart/steps.ts. */
const usualBeatMs = 10_000;

/**
 * Runs a program, and says what it is again and again until it has ended, where its output is no terminal, in which it
 * says so by itself. Resolves to its exit code; 1 where it did not start, or a signal has ended it.
 */
export function runSaying(what, [command, ...args], options) {
  const {
    cwd,
    isTerminal,
    beatMs = usualBeatMs,
    write = (text) => void process.stdout.write(text),
  } = options;
  const started = Date.now();
  const say = () => write(`       ... ${what} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  const beat = isTerminal ? undefined : setInterval(say, beatMs);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  }).finally(() => clearInterval(beat));
}
