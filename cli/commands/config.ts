import type { Config } from '../api-types.js';
import type { Call } from '../call.js';
import { carryOut } from '../carry-out.js';
import type { CommandTable } from '../command.js';
import { CliError, exitCodes } from '../errors.js';
import { printable, shellWords } from '../format.js';
import { checkedName, parseVariables } from '../pairs.js';

export const config: CommandTable = {
  list: {
    summary: "the app's config",
    options: [['--oneline', 'NAME=value pairs on one line, quoted for a shell'], ['--shell', 'a NAME=value line each, quoted for a shell']],
    onFormation: true,
    json: true,
    details: 'Examples:\n  deis config\n  eval "$(deis config --shell)"',
    run: async (call) => {
      const { values } = await read(call);
      const pairs = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
      if (call.wantsJson) return call.output.json(Object.fromEntries(pairs));
      if (pairs.length === 0) return call.output.talk('No config: deis config:set NAME=value');
      call.output.data(written(call, pairs));
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
    details: 'Everything behind the first = is the value: further =, newlines, quotes and all.\n\nExample:\n  deis config:set POWERED_BY=Deis DATABASE_URL="$URL"',
    run: async (call) => change(call, parseVariables(call.args)),
  },
  unset: {
    summary: 'remove variables; cuts a release and deploys it',
    args: '<NAME...>',
    details: 'Example:\n  deis config:unset POWERED_BY',
    onFormation: true,
    json: true,
    run: async (call) => change(call, Object.fromEntries(call.args.map((name) => [checkedName(name), null]))),
  },
};

async function read(call: Call): Promise<Config> {
  return (await call.api()).get<Config>(await call.formationPath('config'));
}

async function change(call: Call, values: Readonly<Record<string, string | null>>): Promise<void> {
  const { result } = await carryOut(call, await call.formationPath('config'), { values });
  const release = result?.['release'];
  call.output.talk(`Config of ${await call.formation()}: ${Object.entries(values).map(([name, value]) => `${value === null ? 'removed' : 'set'} ${name}`).join(', ')}${typeof release === 'number' ? ` (v${release})` : ''}`);
}

function written(call: Call, pairs: readonly (readonly [string, string])[]): string {
  const quoted = pairs.map(([name, value]) => `${name}=${shellWords([value]) || "''"}`);
  if (call.flag('oneline')) return quoted.join(' ');
  if (call.flag('shell')) return quoted.join('\n');
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2;
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width)}${printable(value)}`).join('\n');
}
