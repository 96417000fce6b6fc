import { plainText, type Piece } from './coloured-text.js';

/** The places of those lines that have a text, whatever its case. */
export function linesWith(lines: readonly string[], text: string): readonly number[] {
  if (text === '') return [];
  const wanted = text.toLowerCase();
  const hits: number[] = [];
  for (const [place, line] of lines.entries())
    if (plainText(line).toLowerCase().includes(wanted)) hits.push(place);
  return hits;
}

/** Of the hits the next one behind a line, or before it, round the ends. @param hits by their places */
export function hitFrom(hits: readonly number[], line: number, way: 'next' | 'previous'): number | undefined {
  if (way === 'next') return hits.find((hit) => hit > line) ?? hits[0];
  return hits.findLast((hit) => hit < line) ?? hits.at(-1);
}

/** A piece that is within the text that is looked for, or outside it. */
export interface MarkedPiece extends Piece {
  readonly isHit: boolean;
}

type Range = readonly [from: number, to: number];

/** The pieces of a line, cut where the text that is looked for begins and ends. */
export function marked(pieces: readonly Piece[], text: string): readonly MarkedPiece[] {
  const hits = rangesOf(pieces.map((piece) => piece.text).join(''), text);
  let start = 0;
  return pieces.flatMap((piece) => {
    const parts = cut(piece, start, hits);
    start += piece.text.length;
    return parts;
  });
}

/** @param start of the piece within its line, as that of the hits */
function cut(piece: Piece, start: number, hits: readonly Range[]): MarkedPiece[] {
  const end = start + piece.text.length;
  const parts: MarkedPiece[] = [];
  let at = start;
  const add = (until: number, isHit: boolean): void => {
    const to = Math.min(until, end);
    if (to <= at) return;
    parts.push({ ...piece, text: piece.text.slice(at - start, to - start), isHit });
    at = to;
  };
  for (const [from, to] of hits) {
    add(from, false);
    if (from < end) add(to, true);
  }
  add(end, false);
  return parts;
}

/** Where a text is, whatever its case. */
function rangesOf(whole: string, text: string): Range[] {
  const [among, wanted] = [whole.toLowerCase(), text.toLowerCase()];
  const ranges: Range[] = [];
  if (wanted === '') return ranges;
  for (let hit = among.indexOf(wanted); hit !== -1; hit = among.indexOf(wanted, hit + wanted.length))
    ranges.push([hit, hit + wanted.length]);
  return ranges;
}
