import type { Call } from '../../call.js';
import type { CommandSpec } from '../../command.js';
import { table, type Cell } from '../../terminal/format.js';
import { carryOut, inRelease, isUnchanged } from '../carry-out.js';
import { onlySet } from './only-set.js';

/** A setting of process types, as its commands show and change it. */
export interface TypeSetting<T> {
  /** `limits`: its part of the path, and its group of commands. */
  readonly name: string;
  /** `Limits`: what is said to have changed. */
  readonly title: string;
  /** Of its list: what it shows, for the help. */
  readonly summary: string;
  /** What is said where nothing is set. */
  readonly none: string;
  readonly heads: readonly string[];
  readonly rows: (present: T) => readonly (readonly Cell[])[];
}

/** The command that shows what is set. */
export function listCommand<T>(setting: TypeSetting<T>): CommandSpec {
  return {
    summary: setting.summary,
    onFormation: true,
    json: true,
    details: `Example:\n  deis ${setting.name}`,
    run: async (call) => {
      const present = await readSetting(call, setting);
      const rows = setting.rows(present);
      if (rows.length === 0 && !call.wantsJson) return call.output.talk(setting.none);
      call.print(present, () => table(setting.heads, rows));
    },
  };
}

export async function readSetting<T>(call: Call, { name }: TypeSetting<T>): Promise<T> {
  return (await call.api()).get<T>(await call.formationPath(name));
}

/**
 * Asks for a change and says what came of it. @param types named in what is said: of commands that are given one type
 * apart from its values
 */
export async function changeSetting(
  call: Call,
  { name, title }: Pick<TypeSetting<never>, 'name' | 'title'>,
  body: Readonly<Record<string, unknown>>,
  types: readonly string[] = [],
): Promise<void> {
  const ended = await carryOut(call, await call.formationPath(name), body);
  const which = types.length === 0 ? '' : `: ${types.join(', ')}`;
  const how = isUnchanged(ended) ? 'unchanged' : 'changed';
  call.output.talk(`${title} of ${await call.formation()} ${how}${which}${inRelease(ended)}`);
}

/** The process types that the command names and of which something is set, each with null; undefined: there is none. */
export async function unsetTypes(
  call: Call,
  isSet: (type: string) => boolean,
): Promise<Readonly<Record<string, null>> | undefined> {
  const types = await onlySet(call, call.args, isSet);
  return types.length === 0 ? undefined : Object.fromEntries(types.map((type) => [type, null]));
}
