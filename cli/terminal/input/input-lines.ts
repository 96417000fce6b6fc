import type { Terminal } from '../terminal.js';

/** Lines of standard input, of whatever system; '' alone where there is none. */
export async function inputLines(terminal: Pick<Terminal, 'readInput'>): Promise<string[]> {
  return (await terminal.readInput()).split(/\r?\n/);
}
