import { UserError } from '../../base/errors.js';

const typePattern = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * Process types and commands of a Procfile: lines of `type: command`, blank lines and `#` comments apart.
 * @throws UserError that names the line and what is wrong with it.
 */
export function parseProcfile(text: string): Record<string, string> {
  const processes = new Map<string, string>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [type, command] = parseLine(line, index + 1);
    if (processes.has(type)) throw wrong(index + 1, `${type} is there twice`);
    processes.set(type, command);
  }
  if (processes.size === 0)
    throw new UserError('the Procfile is empty: write a line such as `web: node server.js`', {
      field: 'Procfile',
    });
  return Object.fromEntries(processes);
}

function parseLine(line: string, number: number): [type: string, command: string] {
  const colon = line.indexOf(':');
  if (colon < 0) throw wrong(number, `no colon in ${quote(line)}; a line is \`type: command\``);
  const type = line.slice(0, colon).trim();
  const command = line.slice(colon + 1).trim();
  if (!typePattern.test(type))
    throw wrong(
      number,
      `${quote(type)} is no process type; use lower-case letters, digits and dashes, a letter first`,
    );
  if (command === '') throw wrong(number, `${type} has no command`);
  if (command.includes('\0')) throw wrong(number, `the command of ${type} holds a NUL byte`);
  return [type, command];
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function wrong(line: number, what: string): UserError {
  return new UserError(`Procfile line ${line}: ${what}`, { field: 'Procfile' });
}
