import type { FieldError } from './invalid-input.js';

/** Deeper structures have no use here and would run recursive readers out of stack. */
const deepest = 32;
/** Names of one object: of variables, of process types, of attributes. */
const maxNames = 1000;

/**
 * Whether text can be kept: PostgreSQL holds no NUL and no half of a surrogate pair, and `__proto__` is
 * dropped silently by most readers of JSON.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text) && text !== '__proto__';
}

/**
 * The first place in a JSON value that cannot be kept, or undefined. No object may have more than 1000 names,
 * and none may be nested deeper than 32 levels.
 */
export function findUnstorable(value: unknown): FieldError | undefined {
  return findBelow(value, []);
}

/** `path` is as it was when it returns nothing. */
function findBelow(value: unknown, path: string[]): FieldError | undefined {
  if (path.length > deepest)
    return { field: path.slice(0, 3).join('.'), message: `nested deeper than ${deepest} levels` };
  if (typeof value === 'string')
    return isStorable(value)
      ? undefined
      : { field: path.join('.'), message: 'contains text that cannot be stored (a NUL or half a character)' };
  if (typeof value !== 'object' || value === null) return undefined;
  const names = Array.isArray(value) ? 0 : Object.keys(value).length;
  if (names > maxNames)
    return { field: path.join('.'), message: `has ${names} names: expected at most ${maxNames}` };
  for (const [key, item] of Object.entries(value)) {
    if (!isStorable(key))
      return { field: path.join('.'), message: `has a name that cannot be used: ${JSON.stringify(key)}` };
    path.push(key);
    const found = findBelow(item, path);
    if (found !== undefined) return found;
    path.pop();
  }
  return undefined;
}
