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
 * that neither npm nor its shell take memory beside it; else `npm start`.
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
