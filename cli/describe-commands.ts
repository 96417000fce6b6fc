import { shortcuts } from './commands/shortcuts.js';
import { optionsOf } from './parse-command.js';
import { everyCommand } from './registry.js';

/** A command as `deis commands --json` lists it. */
export interface DescribedCommand {
  readonly name: string;
  /** `layers:scale <layer=count...>` */
  readonly usage: string;
  readonly summary: string;
  readonly shortcuts: readonly string[];
  readonly options: readonly { readonly flags: string; readonly meaning: string }[];
  readonly on_formation: boolean;
  readonly json: boolean;
}

export async function describeCommands(): Promise<DescribedCommand[]> {
  return (await everyCommand()).map(({ name, spec }) => ({
    name,
    usage: [name, spec.args ?? ''].join(' ').trimEnd(),
    summary: spec.summary,
    shortcuts: Object.entries(shortcuts).filter(([, target]) => target === name).map(([word]) => word),
    options: optionsOf(spec).map(([flags, meaning]) => ({ flags, meaning })),
    on_formation: spec.onFormation === true,
    json: spec.json === true,
  }));
}
