import type { z } from 'zod';
import { messageOf, UserError } from '../../../../base/errors.js';
import { lineOf, lineOfSyntaxError } from './json-lines.js';

/** What a schema says of a value that is none of what it takes: `expected a text`. */
export const expected = (what: string): { error: string } => ({ error: `expected ${what}` });

/**
 * What a pushed JSON file holds, by its schema. @throws UserError that names the file, and line and key of what
 * is wrong
 */
export function readJson<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
): z.output<Schema> {
  const plain = text.replace(/^\uFEFF/, '');
  const { success, data, error } = schema.safeParse(parsed(file, plain), { reportInput: false });
  if (!success) throw wrongAt(file, plain, error);
  return data;
}

/** The refusal of a pushed file. */
export function wrong(file: string, message: string): UserError {
  return new UserError(`${file}: ${message}`, { field: file });
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = messageOf(cause);
    const reason = message.replace(/,? in JSON at position.*$|\s*\(line.*$/s, '').slice(0, 120);
    throw wrong(file, `line ${lineOfSyntaxError(text, message)}: it is not valid JSON: ${reason}`);
  }
}

/** The first of what is wrong: of several forms that a value may have, what is wrong deepest within. */
function wrongAt(file: string, text: string, error: z.ZodError): UserError {
  let issue: z.core.$ZodIssue = error.issues[0]!;
  const path = [...issue.path];
  while (issue.code === 'invalid_union') {
    const within = issue.errors.map(([first]) => first!).find((each) => each.path.length > 0);
    if (within === undefined) break;
    issue = within;
    path.push(...issue.path);
  }
  const keys = path.filter((key): key is string | number => typeof key !== 'symbol');
  const line = lineOf(text, keys);
  const place = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(keys.length === 0 ? [] : [shownPath(keys)]),
  ];
  return wrong(file, [...place, reasonOf(issue)].join(': '));
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.path.length === 0 &&
    issue.code === 'invalid_type' &&
    issue.expected === 'object' &&
    !/^expected/.test(issue.message)
    ? 'expected an object'
    : issue.message;
}

function shownPath(keys: readonly (string | number)[]): string {
  return keys.map((key) => String(key).slice(0, 60)).join('.');
}
