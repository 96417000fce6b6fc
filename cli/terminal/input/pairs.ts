import { usageError } from '../errors.js';

/**
 * `runtime=2 proxy=1` -> counts. @param example shown when a word is none. @param what stands behind the `=`.
 * @throws CliError (usage) naming the word that is none, or named twice
 */
export function parseCounts(
  words: readonly string[],
  example: string,
  what = 'count',
): Record<string, number> {
  const pairs = words.map((word) => {
    const [, name, count] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || count === undefined)
      throw usageError(
        `${JSON.stringify(word)} is not a valid ${what}: expected name=${what}`,
        hintFor(word, words, example),
      );
    if (!/^\d{1,9}$/.test(count)) throw usageError(`${word}: the ${what} must be a whole number, 0 or more`);
    return [name, Number(count)] as const;
  });
  return withoutRepeats(pairs);
}

/**
 * `NAME=value ...`: split at the first `=`; the value is taken as it is, whatever it holds. @throws CliError
 * (usage)
 */
export function parseVariables(words: readonly string[]): Record<string, string> {
  const pairs = words.map((word) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined)
      throw usageError(
        `${JSON.stringify(word)} is not a valid variable: expected NAME=value`,
        hintFor(word, words, 'POWERED_BY=Deis'),
      );
    return [checkedName(name), value] as const;
  });
  return withoutRepeats(pairs);
}

/**
 * `name=value ...`: names of anything; the value is taken as it is. @param example shown when a word is none.
 * @throws CliError (usage)
 */
export function parseSettings(words: readonly string[], example: string): Record<string, string> {
  const pairs = words.map((word) => {
    const [, name, value] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined)
      throw usageError(
        `${JSON.stringify(word)} is not a valid setting: expected name=value`,
        hintFor(word, words, example),
      );
    return [name, value] as const;
  });
  return withoutRepeats(pairs);
}

/** The other way round: `disk=ssd`, ... */
export function pairTexts(of: Readonly<Record<string, string>>): string[] {
  return Object.entries(of).map(([name, value]) => `${name}=${value}`);
}

/** A name that a shell can hold. @throws CliError (usage) for any other */
export function checkedName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw usageError(
      `${JSON.stringify(name)} is not a valid name of a variable: expected letters, digits and _, not a digit first`,
    );
  return name;
}

/** A name before pairs is that of the app where other tools take it, e.g. Dokku. */
function hintFor(word: string, words: readonly string[], example: string): string {
  const rest = words.slice(1);
  const isFormation = word === words[0] && rest.length > 0 && rest.every((each) => each.includes('='));
  return isFormation && /^[a-z0-9][a-z0-9-]*$/.test(word)
    ? `a formation is named by -f ${word}`
    : `for example ${example}`;
}

function withoutRepeats<T>(pairs: readonly (readonly [string, T])[]): Record<string, T> {
  const repeated = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) !== index);
  if (repeated !== undefined) throw usageError(`${repeated[0]} is given twice`);
  return Object.fromEntries(pairs);
}
