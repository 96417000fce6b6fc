import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { controllerProgram } from '../server/controller-process.js';
import { projectRoot } from '../source/source-imports.js';
import type { Developer } from './developer.js';

/** Of its blocks, with a prompt or without, and of its text. */
const commandForm = /^ {4}(?:\$ )?(deis(?:-controller)? .+)$|`(deis(?:-controller)? [^`]+)`/gm;

/** Every command of a page of docs/, in its order, once. @throws Error when it has none */
export function commandsOf(page: string): string[] {
  const text = readFileSync(join(projectRoot, 'docs', page), 'utf8');
  const all = [...text.matchAll(commandForm)].map(([, block, span]) => (block ?? span)!.trim());
  if (all.length === 0) throw new Error(`docs/${page} has no commands`);
  return [...new Set(all)];
}

/**
 * Runs every command of a page as a shell does, with the real deis and deis-controller. `words`: what stands on the
 * page for something that differs, and what it is here. Resolves to what each wrote; @throws for one that fails.
 */
export async function runCommandsOf(
  page: string,
  developer: Developer,
  words: Readonly<Record<string, () => string | Promise<string>>> = {},
): Promise<Readonly<Record<string, string>>> {
  const wrote: Record<string, string> = {};
  for (const command of commandsOf(page)) {
    let line = command;
    for (const [word, meant] of Object.entries(words))
      if (line.includes(word)) line = line.replace(word, await meant());
    wrote[command] = await runLine(line, developer);
  }
  return wrote;
}

async function runLine(line: string, developer: Developer): Promise<string> {
  const [name = ''] = line.split(' ');
  const program = name === 'deis' ? join(projectRoot, 'bin', 'deis.js') : controllerProgram;
  const own = `DEIS_DATA_DIR='${developer.controller.dataDir}' '${process.execPath}' '${program}'`;
  return (await developer.command('sh', ['-euc', `${own}${line.slice(name.length)}`])).all;
}
