import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../../controller/api-types.js';
import type { Call } from '../../call.js';
import { carryOut, inRelease, isUnchanged } from '../../actions/carry-out.js';
import { onlySet } from '../../actions/app/only-set.js';
import type { CommandTable } from '../../command.js';
import { parseDotenv, toDotenv } from '../../terminal/input/dotenv.js';
import { configChanges, editValues } from '../../actions/app/edit-config.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { printable, shellWords } from '../../terminal/format.js';
import { textOption } from '../../terminal/input/option-values.js';
import { changesShell } from '../../terminal/shell-names.js';
import { checkedName, parseVariables } from '../../terminal/input/pairs.js';

export const config: CommandTable = {
  list: {
    summary: "the app's config",
    options: [
      ['--oneline', 'NAME=value pairs on one line, quoted for a shell'],
      ['--shell', 'a NAME=value line each, for eval; without names that would change your shell'],
      ['--all', 'with --shell: those names, too'],
    ],
    onFormation: true,
    json: true,
    details:
      'Collaborators choose the names: --shell leaves out those by which a shell finds and runs code (PATH, ' +
      'IFS,\nPROMPT_COMMAND, LD_PRELOAD and the like), and says which.\n\nExamples:\n  deis config\n  eval ' +
      '"$(deis config --shell)"',
    run: async (call) => {
      const { values } = await read(call);
      const pairs = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
      if (call.wantsJson) return call.output.json(Object.fromEntries(pairs));
      if (pairs.length === 0) return call.output.talk('No config: deis config:set NAME=value');
      const text = written(call, pairs);
      if (text !== '') call.output.data(text);
    },
  },
  get: {
    summary: 'one value, as it is',
    args: '<name>',
    details: 'Example:\n  deis config:get DATABASE_URL',
    onFormation: true,
    json: true,
    run: async (call) => {
      const { values } = await read(call);
      const value = Object.hasOwn(values, call.arg(0)) ? values[call.arg(0)] : undefined;
      if (value === undefined) throw new CliError(`${call.arg(0)} is not set`, exitCodes.notFound);
      call.print(value, () => `${value}\n`);
    },
  },
  set: {
    summary: 'set variables; cuts a release and deploys it',
    args: '<NAME=value...>',
    onFormation: true,
    json: true,
    details:
      'Everything behind the first = is the value: further =, newlines, quotes and all.\n\n' +
      'Example:\n' +
      '  deis config:set POWERED_BY=Deis DATABASE_URL="$URL"',
    run: async (call) => change(call, parseVariables(call.args)),
  },
  edit: {
    summary: 'change the config in your editor; cuts a release and deploys it',
    onFormation: true,
    json: true,
    details:
      'The editor is $VISUAL, $EDITOR, or vi. ' +
      'A change that another user made meanwhile is not overwritten.\n\n' +
      'Example:\n' +
      '  EDITOR=nano deis config:edit',
    run: async (call) => {
      const { body, etag } = await (await call.api()).getTagged<Config>(await call.formationPath('config'));
      await change(call, configChanges(body.values, await editValues(call, body.values)), etag);
    },
  },
  pull: {
    summary: 'write the config to a file, .env unless you name one',
    args: '[file]',
    options: [['--overwrite', 'also when the file is there']],
    onFormation: true,
    details:
      'The file is yours alone (mode 0600). Keep it out of git. - writes to standard output.\n\n' +
      'Example:\n' +
      '  deis config:pull\n' +
      '  deis config:pull staging.env --overwrite',
    run: async (call) => {
      const file = call.args[0] ?? '.env';
      const { values } = await read(call);
      if (file === '-') return call.output.data(toDotenv(values));
      await writeFile(resolve(call.terminal.cwd, file), toDotenv(values), {
        mode: 0o600,
        flag: call.flag('overwrite') ? 'w' : 'wx',
      }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST')
          throw new CliError(`${file} is there already`, exitCodes.conflict, {
            details: ['to replace it: --overwrite'],
          });
        throw usageError(`cannot write ${file}: ${error.message}`);
      });
      const count = Object.keys(values).length;
      call.output.talk(
        `${file}: ${count} ${count === 1 ? 'variable' : 'variables'} of ${await call.formation()}`,
      );
    },
  },
  push: {
    summary: 'set the variables of a file, .env unless you name one; cuts a release and deploys it',
    args: '[file]',
    options: [['--prune', 'unset what the file does not name']],
    onFormation: true,
    json: true,
    details:
      'NAME=value lines; a value that begins with a quote ends with it, other quotes are part of it;\n' +
      'nothing is expanded. - reads standard input.\n\n' +
      'Example:\n' +
      '  deis config:push staging.env',
    run: async (call) => {
      const file = call.args[0] ?? '.env';
      const text =
        file === '-' ? await call.terminal.readInput() : await textOption(call.terminal, file, `@${file}`);
      const wanted = parseDotenv(text, file);
      const { body, etag } = await (await call.api()).getTagged<Config>(await call.formationPath('config'));
      await change(
        call,
        configChanges(body.values, call.flag('prune') ? wanted : { ...body.values, ...wanted }),
        etag,
      );
    },
  },
  unset: {
    summary: 'remove variables; cuts a release and deploys it',
    args: '<NAME...>',
    details: 'Example:\n  deis config:unset POWERED_BY',
    onFormation: true,
    json: true,
    run: unset,
  },
};

async function read(call: Call): Promise<Config> {
  return (await call.api()).get<Config>(await call.formationPath('config'));
}

async function unset(call: Call): Promise<void> {
  const { values } = await read(call);
  const names = await onlySet(call, call.args.map(checkedName), (name) => Object.hasOwn(values, name));
  if (names.length > 0) await change(call, Object.fromEntries(names.map((name) => [name, null])));
}

/** @param etag of the config that the change was made from: another's change meanwhile is not overwritten */
async function change(
  call: Call,
  values: Readonly<Record<string, string | null>>,
  etag?: string,
): Promise<void> {
  if (Object.keys(values).length === 0) return call.output.talk('Nothing to change');
  const ended = await carryOut(
    call,
    await call.formationPath('config'),
    { values },
    etag === undefined ? {} : { 'If-Match': etag },
  );
  const changes = Object.entries(values)
    .map(([name, value]) => `${value === null ? 'removed' : 'set'} ${name}`)
    .join(', ');
  call.output.talk(
    `Config of ${await call.formation()}: ${isUnchanged(ended) ? 'unchanged' : changes}${inRelease(ended)}`,
  );
}

function written(call: Call, pairs: readonly (readonly [string, string])[]): string {
  const quoted = pairs.map(([name, value]) => `${name}=${shellWords([value])}`);
  if (call.flag('oneline')) return quoted.join(' ');
  if (call.flag('shell')) return forEval(call, pairs);
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2;
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width)}${printable(value)}`).join('\n');
}

function forEval(call: Call, pairs: readonly (readonly [string, string])[]): string {
  const isKept = ([name]: readonly [string, string]): boolean => call.flag('all') || !changesShell(name);
  const left = pairs.filter((pair) => !isKept(pair)).map(([name]) => printable(name));
  if (left.length > 0)
    call.output.warn(
      `left out, because they would change your shell: ${left.join(', ')} (--all gives them too)`,
    );
  return pairs
    .filter(isKept)
    .map(([name, value]) => `${name}=${shellWords([value])}`)
    .join('\n');
}
