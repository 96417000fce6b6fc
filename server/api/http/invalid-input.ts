import type { z } from 'zod';
import { UserError } from '../../../base/errors.js';

export interface FieldError {
  /** Dotted path: `values.POWERED_BY`, `runtime`. */
  readonly field: string;
  readonly message: string;
}

/** Input that a schema refuses, with every wrong field at once. */
export class InvalidInput extends UserError {
  override readonly name = 'InvalidInput';
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super(
      errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; '),
      errors[0]?.field ? { field: errors[0].field } : {},
    );
    this.errors = errors;
  }
}

/**
 * The value as the schema gives it out. @throws InvalidInput naming every wrong field, unknown ones included.
 */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, {
    error: (issue) =>
      issue.code === 'invalid_type' && issue.input === undefined ? 'is required' : undefined,
  });
  if (parsed.success) return parsed.data;
  throw new InvalidInput(parsed.error.issues.flatMap(fieldErrors));
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: dotted([...issue.path, key]), message: 'unknown field' }));
  // Zod's own sentence about a key is "Invalid key in record"; what is wrong with it stands one level deeper.
  if (issue.code === 'invalid_key')
    return issue.issues.map(({ message }) => ({ field: dotted(issue.path), message }));
  return [{ field: dotted(issue.path), message: issue.message }];
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
