import type { NamedCommand } from './command.js';
import type { DescribedCommand } from './described-command.js';
import { optionsOf } from './parse-command.js';

/** Commands as `deis commands` lists them. @param shortcuts word -> name of a command */
export function describeCommands(
  commands: readonly NamedCommand[],
  shortcuts: Readonly<Record<string, string>>,
): DescribedCommand[] {
  return commands.map(({ name, spec }) => ({
    name,
    usage: [name, spec.args ?? ''].join(' ').trimEnd(),
    summary: spec.summary,
    shortcuts: Object.entries(shortcuts)
      .filter(([, target]) => target === name)
      .map(([word]) => word),
    options: optionsOf(spec).map(([flags, meaning]) => ({ flags, meaning })),
    on_formation: spec.onFormation === true,
    json: spec.json === true,
  }));
}
