import { stripVTControlCharacters } from 'node:util';
import { noMask } from '../../../base/value-mask.js';

const maxLine = 4000;

/**
 * One line of what a build or a release phase wrote, as it may be stored and shown: no terminal
 * control, no NUL (PostgreSQL's JSON has none), no secret value, not endless.
 */
export function cleanLine(line: string, mask = noMask): string {
  const plain = stripVTControlCharacters(line)
    .replace(/\p{Cc}/gu, (char) => (char === '\t' ? char : ''))
    .trimEnd();
  const text = mask.text(plain, maxLine);
  return Math.max(plain.length, text.length) > maxLine ? `${text.slice(0, maxLine)}…` : text;
}
