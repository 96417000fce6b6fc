import type { z } from 'zod';
import { UserError } from '../base/errors.js';

/** Characters of a name or a value that a message repeats. */
const maxShown = 100;

/**
 * A flavor's params as its provider's schema gives them out. @throws UserError naming the field, its value
 * and what to do.
 */
export function parseParams<S extends z.ZodObject>(schema: S, params: unknown): z.output<S> {
  const parsed = schema.safeParse(params ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const isUnknown = issue?.code === 'unrecognized_keys';
  const path = isUnknown ? [...issue.path, ...issue.keys.slice(0, 1)] : (issue?.path ?? []);
  const field = shortened(['params', ...path].join('.'));
  const value =
    JSON.stringify(
      path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], params),
    ) ?? 'missing';
  const reason = isUnknown
    ? `no such param${issue.path.length === 0 ? `; there are ${listed(Object.keys(schema.shape))}` : ''}`
    : (issue?.message ?? 'invalid');
  throw new UserError(`${field} is ${shortened(value)}: ${reason}`, { field });
}

function shortened(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
