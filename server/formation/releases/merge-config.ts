import { UserError } from '../../../base/errors.js';
import type { ConfigValues } from '../../store/app/config-store.js';
import { checkDeployBranch, deployBranchVariable } from '../requests/deploy-branch.js';
import { releaseSummary } from './release-summary.js';
import { sortedByKey } from '../databag/sorted-by-key.js';

const nameForm = /^[A-Za-z_][A-Za-z0-9_]*$/;
const maxNameLength = 255;
/** Bytes of UTF-8. */
const maxValue = 64 * 1024;
const maxTotal = 256 * 1024;

/**
 * The config with these changes: values replace, null unsets. Names sorted.
 * @throws UserError naming the variable (never showing its value) when a name or size cannot be
 */
export function mergeConfig(
  present: ConfigValues,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const names = Object.keys(changes);
  if (names.length === 0)
    throw new UserError('name at least one variable, like KEY=value', { field: 'values' });
  for (const name of names) checkVariable(name, changes[name]!);
  const merged = new Map(Object.entries(present));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  const bytes = [...merged].reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes > maxTotal)
    throw new UserError(`the config would hold ${bytes} bytes: at most ${maxTotal} are possible`, {
      field: 'values',
    });
  return sortedByKey([...merged]);
}

/** What a change does, by names alone: `Set A, B; unset C`. */
export function summariseConfig(changes: Readonly<Record<string, string | null>>): string {
  const names = Object.keys(changes).sort();
  const [set, unset] = [
    names.filter((name) => changes[name] !== null),
    names.filter((name) => changes[name] === null),
  ];
  return releaseSummary([
    ...(set.length > 0 ? [`set ${set.join(', ')}`] : []),
    ...(unset.length > 0 ? [`unset ${unset.join(', ')}`] : []),
  ]);
}

function checkVariable(name: string, value: string | null): void {
  const field = `values.${name}`;
  if (!nameForm.test(name) || name.length > maxNameLength)
    throw new UserError(
      `${JSON.stringify(name)} cannot be the name of a variable: ` +
        'letters, digits and _, not beginning with a digit',
      { field },
    );
  if (name === 'PORT' || (name.startsWith('DEIS_') && name !== deployBranchVariable))
    throw new UserError(`${name} is set by the platform: choose another name`, { field });
  if (value === null) return;
  if (name === deployBranchVariable) checkDeployBranch(value);
  if (value.includes('\0'))
    throw new UserError(`the value of ${name} holds a NUL byte, which no environment can carry`, { field });
  if (Buffer.byteLength(value) > maxValue)
    throw new UserError(
      `the value of ${name} has ${Buffer.byteLength(value)} bytes: at most ${maxValue} are possible`,
      { field },
    );
}
