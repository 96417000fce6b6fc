import { createHash } from 'node:crypto';

/** Of a text, short enough for the name of a file: another text has another one. */
export function contentSum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
