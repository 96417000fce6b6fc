import { adjectives, nouns } from 'human-id';

/** Two words like `peachy-waxworks`, as new formations are named. @param random 0 <= x < 1 */
export function formationName(random: () => number): string {
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)]!;
  return `${pick(adjectives)}-${pick(nouns)}`.toLowerCase().slice(0, 40);
}
