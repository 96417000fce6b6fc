import { UnknownName, UserError } from '../../../../base/errors.js';
import { processTypes, releasePhase } from '../../databag/process-types.js';
import { maxProcessTypes, wrongProcessType } from './process-type.js';

/**
 * Names of process types that a request gives. Before the first build any name of that form may be.
 * @param fieldOf the request's field that named it; default the type itself
 * @throws UnknownName for one that the Procfile lacks, UserError for what can be none, for the
 * release phase and for more than 100
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
    if (type === releasePhase)
      throw new UserError(
        `${releasePhase} is the release phase: it runs once for each release, and has neither a count nor ` +
          'limits nor a health check',
        { field: fieldOf(type) },
      );
    if (procfile !== undefined && !Object.hasOwn(procfile, type)) {
      throw new UnknownName(
        `the Procfile has no process type ${JSON.stringify(type)}: ` +
          `it has ${processTypes(procfile).join(', ')}`,
        { field: fieldOf(type) },
      );
    }
  }
}
