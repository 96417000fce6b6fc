/**
 * Words as POSIX shell that means exactly these words, whatever they hold; no words give an empty string.
 * Every word is quoted, so that none is taken for a keyword, an assignment or a pattern.
 * @throws TypeError for a NUL byte, which no argument can carry.
 */
export function shellQuote(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new TypeError('a shell word cannot hold a NUL byte');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
