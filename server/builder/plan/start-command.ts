import type { Processes } from './app-source.js';

/** Longer ones are no command that somebody types. */
const maxLength = 4096;
/** What a shell makes more of than one program: lists, pipes, redirections, groups, substitutions, comments. */
const compound = /[;&|<>(){}`\\!#\p{Cc}]/u;
/** Words that are the shell's own, or tools that pass no signal on; and `npm_...`, which npm alone sets. */
const leading: ReadonlySet<string> = new Set([
  ...[
    '.',
    ':',
    'alias',
    'builtin',
    'cd',
    'command',
    'eval',
    'exec',
    'exit',
    'export',
    'set',
    'source',
    'time',
  ],
  ...['trap', 'ulimit', 'umask', 'unset', 'if', 'for', 'while', 'until', 'case'],
  ...['npm', 'npx', 'yarn', 'pnpm', 'bun'],
]);

/**
 * The command by which an app without a Procfile runs: the start script itself where that is one program, so
 * that it gets the signals that npm and its shell would keep to themselves; else `npm start`.
 * @param scripts those of package.json
 */
export function startCommand(scripts: Readonly<Record<string, unknown>>): string {
  const { start } = scripts;
  if (['prestart', 'poststart'].some((hook) => typeof scripts[hook] === 'string')) return 'npm start';
  // What npm itself does without a script.
  if (typeof start !== 'string') return 'node server.js';
  return isOneProgram(start) ? start.trim() : 'npm start';
}

function isOneProgram(script: string): boolean {
  if (script.length > maxLength) return false;
  if (compound.test(script) || /npm_/.test(script)) return false;
  const words = script.trim().split(/\s+/);
  const program = words.find((word) => !/^[A-Za-z_]\w*=/.test(word));
  return program !== undefined && /^[\w./@-]+$/.test(program) && !leading.has(program);
}

/**
 * What to say of commands before whose programs a shell stays, in pipes and behind `&`: it ends at SIGTERM, and the
 * container with it. Of a list the last program takes the shell's place.
 */
export function belowShell(processes: Processes): string[] {
  const types = Object.keys(processes).filter(
    (type) => type !== 'release' && staysShell(processes[type] ?? ''),
  );
  if (types.length === 0) return [];
  return [
    `${types.join(', ')}: the shell of a command with | or & passes no SIGTERM on. For an app that ends in its own ` +
      'way, name its command alone, e.g. `web: exec node server.js`: its output is in `deis logs` without a pipe',
  ];
}

function staysShell(command: string): boolean {
  if (command.length > maxLength) return false;
  const bare = command
    .replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"|\$\([^()]*\)|`[^`]*`/g, '')
    .replace(/\d*>&\d*|&>+/g, '');
  return /[|&]/.test(bare.replace(/\|\||&&/g, ';'));
}
