import { Call } from './call.js';
import type { CommandSpec } from './command.js';
import { herokuHint } from './commands/heroku-words.js';
import { shortcuts } from './commands/shortcuts.js';
import { describeCommands } from './describe-commands.js';
import { CliError, usageError } from './terminal/errors.js';
import { groupHelp, overview } from './help.js';
import { nearestName } from './terminal/nearest-name.js';
import { Output } from './terminal/output.js';
import { helpOf, parseCommand, type ParsedCommand } from './parse-command.js';
import { findPlugin, runPlugin } from './plugins.js';
import { everyCommand, everyWord, groups, resolveWord } from './registry.js';
import type { Terminal } from './terminal/terminal.js';
import { version } from './terminal/version.js';

/** Finds what the words of the command line name and runs it. Resolves to the exit code. @throws CliError */
export async function dispatch(words: readonly string[], terminal: Terminal): Promise<number> {
  const output = new Output(terminal);
  const { leading, word, rest } = splitLeadingOptions(words);
  const text = await builtIn(word ?? 'help', rest);
  if (text !== undefined) return say(output, text);
  const plugin = await pluginFor(word ?? '', terminal);
  if (plugin !== undefined) return runPlugin(plugin, [...leading, ...rest]);
  const { name, spec } = await findCommand(word ?? '', rest);
  // What was typed, a shortcut perhaps, is what messages name; a group's word alone is its list.
  const typed = Object.hasOwn(shortcuts, word ?? '') ? word! : name;
  const parsed = await parsedOrHint(typed, spec, [...leading, ...rest]);
  if ('help' in parsed) return say(output, parsed.help);
  return (
    (await spec.run(
      new Call(typed, parsed.args, parsed.options, terminal, spec.limit, async () =>
        describeCommands(await everyCommand(), shortcuts),
      ),
    )) ?? 0
  );
}

/** Text that answers without a command: help and version. */
async function builtIn(word: string, rest: readonly string[]): Promise<string | undefined> {
  const asksHelp = (each: string | undefined): boolean => each === '--help' || each === '-h';
  if (asksHelp(word)) return overview();
  if (word === 'help') return helpFor(rest[0]);
  if (word === '--version' || word === '-v' || word === 'version') return `deis ${version()}`;
  // `deis nodes --help` is about the group, not about nodes:list.
  return Object.hasOwn(groups, word) && rest.length === 1 && asksHelp(rest[0]) ? helpFor(word) : undefined;
}

/** A program `deis-WORD` on PATH; commands of our own come first. */
async function pluginFor(word: string, terminal: Terminal): Promise<string | undefined> {
  return (await resolveWord(word)).kind === 'unknown'
    ? findPlugin(word, terminal.env['PATH'] ?? '')
    : undefined;
}

async function findCommand(
  word: string,
  rest: readonly string[],
): Promise<{ name: string; spec: CommandSpec }> {
  if (word.startsWith('-')) throw usageError(`unknown option ${word} before a command`, 'see: deis help');
  const found = await resolveWord(word);
  if (found.kind === 'command') return found;
  if (found.kind === 'group')
    throw usageError(
      `${word} is a group of commands`,
      ...(await colonHint(word, rest)),
      ...groupHelp(word, found.group, found.table).split('\n').slice(2),
    );
  throw await unknownCommand(word);
}

/** @throws CliError (usage), which says so where a blank stands in the place of a colon */
async function parsedOrHint(
  name: string,
  spec: CommandSpec,
  words: readonly string[],
): Promise<ParsedCommand> {
  try {
    return parseCommand(name, spec, words);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw usageError(error.message, ...(await colonHint(name.split(':')[0]!, words)), ...error.details);
  }
}

/** `config get DEBUG`, as other tools have it. */
async function colonHint(group: string, words: readonly string[]): Promise<string[]> {
  for (const verb of words.filter((each) => !each.startsWith('-'))) {
    const meant = `${group}:${verb}`;
    if ((await resolveWord(meant)).kind === 'command') return [`did you mean: deis ${meant}`];
  }
  return [];
}

/** `deis -f peachy ps` is `deis ps -f peachy`, as in 2013. */
function splitLeadingOptions(words: readonly string[]): {
  leading: readonly string[];
  word: string | undefined;
  rest: readonly string[];
} {
  let end = 0;
  for (let word = words[end]; word !== undefined; word = words[end]) {
    if (/^(-f|-a|--formation|--app)$/.test(word)) end += 2;
    else if (/^(--formation=|--app=|-[fa].)/.test(word) || word === '--json') end += 1;
    else break;
  }
  return { leading: words.slice(0, end), word: words[end], rest: words.slice(end + 1) };
}

async function helpFor(word: string | undefined): Promise<string> {
  if (word === undefined || word === 'help') return overview();
  const group = Object.hasOwn(groups, word) ? groups[word] : undefined;
  const found = await resolveWord(word);
  if (group !== undefined) {
    const ofGroup = groupHelp(word, group, await group.load());
    // `run` and `logs` are a command and a group in one: what is asked for is the command.
    return Object.hasOwn(shortcuts, word) && found.kind === 'command'
      ? [helpOf(word, found.spec), '', ofGroup].join('\n')
      : ofGroup;
  }
  if (found.kind !== 'command') throw await unknownCommand(word);
  return helpOf(Object.hasOwn(shortcuts, word) ? word : found.name, found.spec);
}

async function unknownCommand(word: string): Promise<CliError> {
  const known = herokuHint(word);
  const near = known === undefined ? nearestName(word, await everyWord()) : undefined;
  return usageError(
    `no command ${JSON.stringify(word)}`,
    ...(known === undefined ? [] : [known]),
    ...(near === undefined ? [] : [`did you mean: deis ${near}`]),
    'all commands: deis help',
  );
}

function say(output: Output, text: string): 0 {
  output.data(text);
  return 0;
}
