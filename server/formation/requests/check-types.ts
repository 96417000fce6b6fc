import { UnknownName, UserError } from '../../../base/errors.js';
import { maxProcessTypes, wrongProcessType } from './process-type.js';

/**
 * Names of process types that a request gives. Before the first build any name of that form may be.
 * @param fieldOf the request's field that named it; default the type itself
 * @throws UnknownName for one that the Procfile lacks, UserError for what can be none and for more than 100
 */
export function checkTypes(
  types: readonly string[],
  procfile: Readonly<Record<string, string>> | undefined,
  fieldOf: (type: string) => string = (type) => type,
): void {
  if (types.length > maxProcessTypes)
    throw new UserError(`${types.length} process types are named: expected at most ${maxProcessTypes}`);
  for (const type of types) {
    const wrong = wrongProcessType(type);
    if (wrong !== undefined) throw new UserError(wrong, { field: fieldOf(type) });
    if (procfile !== undefined && !Object.hasOwn(procfile, type)) {
      throw new UnknownName(
        `the Procfile has no process type ${JSON.stringify(type)}: ` +
          `it has ${Object.keys(procfile).sort().join(', ')}`,
        { field: fieldOf(type) },
      );
    }
  }
}
