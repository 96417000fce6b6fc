import type { z } from 'zod';

const maxShown = 60;

/** What is wrong with the fields of a file by themselves, each with its place, what is there and what is expected. */
export function fieldProblems(error: z.ZodError, input: unknown): string[] {
  return error.issues.flatMap((issue) => {
    const place = issue.path.map(String);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${[...place, key].join('.')} is not a field: ${issue.message}`);
    const expected =
      issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    const name = place.join('.') || 'the file';
    if (issue.code === 'invalid_key') return [`${name} is not a valid name: ${expected}`];
    const value = valueAt(input, place);
    if (value === undefined) return [`${name} is missing: ${expected}`];
    return [`${name} is ${shown(place, value)}: ${expected}`];
  });
}

function valueAt(input: unknown, place: readonly string[]): unknown {
  return place.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    input,
  );
}

/** Short; a setting may be a secret, although it should not be in this file. */
function shown([first]: readonly string[], value: unknown): string {
  if (first === 'settings') return `a ${Array.isArray(value) ? 'list' : typeof value}`;
  const written = JSON.stringify(value) ?? String(value);
  return written.length > maxShown ? `${written.slice(0, maxShown)}...` : written;
}
