import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './source-imports.js';

/** The commands of a section of a page of docs/, as a shell runs them. @throws Error when it has none */
export function pageCommands(page: string, heading: string): string {
  const text = readFileSync(join(projectRoot, 'docs', page), 'utf8');
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const own = section.split(/\n##+ /)[0]!;
  const lines = own.split('\n').flatMap((line) => (line.startsWith('    ') ? [line.slice(4)] : []));
  if (lines.length === 0) throw new Error(`docs/${page} has no commands below "${heading}"`);
  return lines.join('\n');
}
