/** Text of one look: the classes of style.css that it has, or none. */
export interface Piece {
  readonly text: string;
  readonly look: string;
}

/** The eight colours of terminals, in their order. */
const inks = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
/** What sets colours, other sequences of terminals, and control characters but the tab. */
const special =
  /\u001b\[([\d;:]*)m|\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\p{Cc}/gu;
const control = /\p{Cc}/u;

interface Look {
  readonly ink: string;
  readonly isBold: boolean;
}
const plain: Look = { ink: '', isBold: false };

/** A line without what only a terminal understands. */
export function plainText(line: string): string {
  return hasSpecial(line) ? line.replace(special, (match) => (match === '\t' ? match : '')) : line;
}

/** A line as a terminal colours it; each begins without colour. */
export function colouredText(line: string): readonly Piece[] {
  if (!hasSpecial(line)) return [{ text: line, look: '' }];
  const pieces: Piece[] = [];
  let look = plain;
  let end = 0;
  const add = (text: string): void => {
    const classes = [...(look.ink === '' ? [] : [`ink-${look.ink}`]), ...(look.isBold ? ['bold'] : [])];
    if (text !== '') pieces.push({ text, look: classes.join(' ') });
  };
  for (const match of line.matchAll(special)) {
    add(line.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[0] === '\t') add('\t');
    else if (match[1] !== undefined) look = lookAfter(look, match[1]);
  }
  add(line.slice(end));
  return pieces;
}

function hasSpecial(line: string): boolean {
  return control.test(line);
}

/** @param codes `1;31`; those of 256 colours and of backgrounds change nothing */
function lookAfter(before: Look, codes: string): Look {
  let look = before;
  for (const code of codes.split(/[;:]/).map(Number)) {
    // What follows names a colour of 256 or of all.
    if (code === 38 || code === 48) return look;
    if (code === 0) look = plain;
    else if (code === 1 || code === 22) look = { ...look, isBold: code === 1 };
    else if (code === 39) look = { ...look, ink: '' };
    else look = { ...look, ink: inks[code - 30] ?? inks[code - 90] ?? look.ink };
  }
  return look;
}
