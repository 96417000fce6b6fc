import { readFileSync } from 'node:fs';
import { Secret } from '../../base/secret.js';
import { shellQuote } from '../ssh/shell-quote.js';
import type { ExecRequest } from '../ssh/transport.js';

/** The sh files beside this one, read once, without their comments. */
const loaded = new Map<string, string>();

/**
 * The named files, one after the other, as a program that root runs from its input: for words that may be
 * secret, or long, since an input shows in no process list. The words are the program's `$1`, `$2`, ... It is
 * one compound command: sh does nothing should its end be cut off.
 */
export function inputProgram(
  files: readonly string[],
  words: readonly string[],
): Pick<ExecRequest, 'command' | 'stdin'> {
  const text = `{\nset -- ${shellQuote(words)}\n${programText(files)}}\n`;
  return { command: ['sudo', '-n', 'sh'], stdin: new Secret(text) };
}

/**
 * The named files, one after the other, as a program that root runs from an argument: for commands that keep
 * their input. Words that are secret, and more of them than an argument list holds, must not go here.
 */
export function argumentProgram(
  files: readonly string[],
  words: readonly string[],
): Pick<ExecRequest, 'command'> {
  return { command: ['sudo', '-n', 'sh', '-c', programText(files), 'deis', ...words] };
}

/** The text of the named files (beside this one), comments left out: programs travel often. */
export function programText(files: readonly string[]): string {
  return files.map(load).join('');
}

function load(name: string): string {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(name, import.meta.url), 'utf8').replaceAll(/^ *#.*\n/gm, '');
  loaded.set(name, text);
  return text;
}
