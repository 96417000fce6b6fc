import { UserError } from '../../../../base/errors.js';
import { maxProcessTypes, wrongProcessType } from './process-type.js';

const maxProcfileKib = 64;
/** Wrong lines that a message names. */
const maxWrongLines = 20;

/**
 * Process types and commands of a Procfile: lines of `type: command`, blank lines and `#` comments apart. At
 * most 64 KiB and 100 process types.
 * @throws UserError that names the wrong lines, at most 20, and what is wrong with them
 */
export function parseProcfile(text: string): Record<string, string> {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxProcfileKib * 1024)
    throw wrong(`the Procfile has ${bytes} bytes: expected at most ${maxProcfileKib} KiB`);
  const { processes, problems } = readLines(text);
  if (problems.length > 0) throw wrong(`Procfile ${listed(problems)}`);
  if (processes.size === 0) throw wrong('the Procfile is empty: write a line such as `web: node server.js`');
  if (processes.size > maxProcessTypes)
    throw wrong(`the Procfile has ${processes.size} process types: expected at most ${maxProcessTypes}`);
  return Object.fromEntries(processes);
}

function readLines(text: string): { processes: Map<string, string>; problems: string[] } {
  const processes = new Map<string, string>();
  const problems: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const { type, command, problem } = parseLine(line, processes);
    if (problem === undefined) processes.set(type, command);
    else problems.push(`line ${index + 1}: ${problem}`);
  }
  return { processes, problems };
}

function parseLine(
  line: string,
  before: ReadonlyMap<string, string>,
): { type: string; command: string; problem?: string | undefined } {
  const colon = line.indexOf(':');
  const [type, command] = [line.slice(0, Math.max(colon, 0)).trim(), line.slice(colon + 1).trim()];
  if (colon < 0) return { type, command, problem: `no colon in ${quote(line)}; a line is \`type: command\`` };
  return { type, command, problem: wrongProcessType(type) ?? wrongCommand(type, command, before) };
}

function wrongCommand(
  type: string,
  command: string,
  before: ReadonlyMap<string, string>,
): string | undefined {
  if (command === '') return `${type} has no command`;
  if (command.includes('\0')) return `the command of ${type} holds a NUL byte`;
  return before.has(type) ? `${type} is there twice` : undefined;
}

function listed(problems: readonly string[]): string {
  const rest = problems.length - maxWrongLines;
  return [...problems.slice(0, maxWrongLines), ...(rest > 0 ? [`and ${rest} more wrong lines`] : [])].join(
    '; ',
  );
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function wrong(message: string): UserError {
  return new UserError(message, { field: 'Procfile' });
}
