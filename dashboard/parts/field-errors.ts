import type { FieldError } from '../api/types.js';

/** What is wrong with a field, or with something within it. */
export function errorAt(errors: readonly FieldError[], field: string): string | undefined {
  return errors.find((each) => each.field === field || each.field.startsWith(`${field}.`))?.message;
}

/** Whether all that is wrong can be said beside one of these fields. */
export function areBeside(errors: readonly FieldError[], fields: readonly string[]): boolean {
  return (
    errors.length > 0 &&
    errors.every((error) => fields.some((field) => errorAt([error], field) !== undefined))
  );
}
