import type { NewDrain } from '../types.js';
import { shellWord } from './shell-word.js';

/** Drains of a formation, or with null of the controller. */
export const drainCommands = {
  addDrain: (formation: string | null, { url, id, type }: NewDrain) => {
    const { word, input } = given(url);
    return [
      `deis drains:add ${word}`,
      ...(id === undefined ? [] : [`--name=${shellWord(id)}`]),
      ...(type === undefined ? [] : [`--type=${type}`]),
      whose(formation),
      ...input,
    ].join(' ');
  },
  removeDrain: (formation: string | null, drain: string) => `deis drains:remove ${drain} ${whose(formation)}`,
} as const;

function whose(formation: string | null): string {
  return formation === null ? '--admin' : `-f ${formation}`;
}

/** Only a URL of syslog holds no secret; others are read from a file, so that they stand in no history. */
function given(url: string): { readonly word: string; readonly input: readonly string[] } {
  if (url === '') return { word: 'URL', input: [] };
  return url.startsWith('syslog') ? { word: shellWord(url), input: [] } : { word: '-', input: ['< url.txt'] };
}
