import type { ExecuteResource } from '../../resources/system/execute.js';

/** Removes what else lies in a folder. @param kept names of files that stay */
export function filesGone(name: string, folder: string, kept: readonly string[]): ExecuteResource {
  const others = ['find', folder, '-mindepth', '1', ...kept.flatMap((each) => ['!', '-name', each])];
  return {
    kind: 'execute',
    name,
    command: [...others, '-delete'],
    onlyIf: ['sh', '-c', '[ -n "$("$@")" ]', 'sh', ...others],
  };
}
