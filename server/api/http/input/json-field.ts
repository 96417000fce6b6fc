import { z } from 'zod';
import { findUnstorable } from './storable-text.js';

/**
 * A field that holds a structure: a JSON value, or the same as a JSON string as the clients of 2013 sent it.
 */
export function structure<S extends z.ZodType>(schema: S) {
  return z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    const parsed = parseJson(value);
    const problem = parsed === undefined ? 'is a string that holds no JSON' : findUnstorable(parsed)?.message;
    if (problem === undefined) return parsed;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  }, schema);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
