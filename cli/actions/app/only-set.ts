import type { Call } from '../../call.js';

/**
 * Those of the names that are set, for a command that unsets; says which are not. With none left it says that
 * nothing changes, and nothing is to be asked for. With --json all: the operation is the data then, also of
 * what changes nothing.
 */
export async function onlySet(
  call: Call,
  names: readonly string[],
  isSet: (name: string) => boolean,
): Promise<readonly string[]> {
  if (call.wantsJson) return names;
  const missing = names.filter((name) => !isSet(name));
  if (missing.length > 0) call.output.talk(`Not set in ${await call.formation()}: ${missing.join(', ')}`);
  if (missing.length === names.length) call.output.talk('Nothing to change');
  return names.filter((name) => !missing.includes(name));
}
