import semver from 'semver';
import { oldestNode, parseNodeRange } from './choose-node-version.js';

/** Long-term support lines by the names that nvm knows them by. */
const lines: Readonly<Record<string, string>> = {
  fermium: '14.x',
  gallium: '16.x',
  hydrogen: '18.x',
  iron: '20.x',
  jod: '22.x',
  krypton: '24.x',
};

/**
 * The version range that a .nvmrc stands for; `*` for the newest (long-term) one. Undefined where it says
 * something else, such as `system`, or names a
 * version that is older than those that can be had.
 */
export function rangeOfNvmrc(text: string): string | undefined {
  const word = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .find((line) => line !== '');
  if (word === undefined) return undefined;
  if (['node', 'stable', 'lts/*'].includes(word)) return '*';
  if (word.startsWith('lts/')) return lines[word.slice(4).toLowerCase()];
  if (!/^v?\d+(\.\d+){0,2}$/.test(word)) return undefined;
  const range = word.replace(/^v/, '');
  return parseNodeRange(range).intersects(new semver.Range(`>=${oldestNode}`)) ? range : undefined;
}
