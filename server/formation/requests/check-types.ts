import { UnknownName, UserError } from '../../../base/errors.js';

const typeForm = /^[A-Za-z][A-Za-z0-9_-]{0,30}$/;

/**
 * Names of process types that a request gives. Before the first build any name of that form may be.
 * @param fieldOf the request's field that named it; default the type itself
 * @throws UnknownName for one that the Procfile lacks, UserError for what can be none
 */
export function checkTypes(
  types: readonly string[],
  procfile: Readonly<Record<string, string>> | undefined,
  fieldOf: (type: string) => string = (type) => type,
): void {
  for (const type of types) {
    if (procfile !== undefined && !Object.hasOwn(procfile, type)) {
      throw new UnknownName(
        `the Procfile has no process type ${JSON.stringify(type)}: ` +
          `it has ${Object.keys(procfile).sort().join(', ')}`,
        { field: fieldOf(type) },
      );
    }
    if (!typeForm.test(type))
      throw new UserError(`${JSON.stringify(type)} cannot be a process type: letters, digits, - and _ only`, {
        field: fieldOf(type),
      });
  }
}
