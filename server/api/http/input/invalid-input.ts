import type { z } from 'zod';
import { UserError } from '../../../../base/errors.js';

export interface FieldError {
  /** Dotted path: `values.POWERED_BY`, `runtime`. */
  readonly field: string;
  readonly message: string;
}

/** Wrong fields that an answer names; of the others it says how many there are. */
const maxErrors = 20;
/** Characters of a field's path, and of what is wrong with it. */
const maxErrorText = 300;

/** Input that a schema refuses, with its first 20 wrong fields at once. */
export class InvalidInput extends UserError {
  override readonly name = 'InvalidInput';
  readonly errors: readonly FieldError[];
  /** How many fields are wrong. */
  readonly total: number;

  /** @param total when `errors` are not all of them */
  constructor(errors: readonly FieldError[], total = errors.length) {
    const shown = errors
      .slice(0, maxErrors)
      .map(({ field, message }) => ({ field: shortened(field), message: shortened(message) }));
    super(
      [
        ...shown.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)),
        ...(total > shown.length ? [`and ${total - shown.length} more`] : []),
      ].join('; '),
      shown[0]?.field ? { field: shown[0].field } : {},
    );
    this.errors = shown;
    this.total = total;
  }
}

/**
 * The value as the schema gives it out. @throws InvalidInput naming the first wrong fields, unknown ones
 * included, and how many there are.
 */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, {
    error: (issue) =>
      issue.code === 'invalid_type' && issue.input === undefined ? 'is required' : undefined,
  });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw new InvalidInput(
    issues.slice(0, maxErrors).flatMap(fieldErrors),
    issues.reduce((sum, issue) => sum + countOf(issue), 0),
  );
}

function countOf(issue: z.core.$ZodIssue): number {
  if (issue.code === 'unrecognized_keys') return issue.keys.length;
  return issue.code === 'invalid_key' ? issue.issues.length : 1;
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys
      .slice(0, maxErrors)
      .map((key) => ({ field: dotted([...issue.path, key]), message: 'unknown field' }));
  // Zod's own sentence about a key is "Invalid key in record"; what is wrong with it stands one level deeper.
  if (issue.code === 'invalid_key')
    return issue.issues.map(({ message }) => ({ field: dotted(issue.path), message }));
  return [{ field: dotted(issue.path), message: issue.message }];
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function shortened(text: string): string {
  return text.length > maxErrorText ? `${text.slice(0, maxErrorText)}…` : text;
}
