/** Which lines of a long list are in sight, and how much space stands before them. */
export interface LineWindow {
  readonly first: number;
  /** The first that is not shown any more. */
  readonly end: number;
  readonly before: number;
}

/** Lines beyond the edges, so that scrolling shows no gap. */
const spare = 20;

/** Of `count` lines of `lineHeight` pixels, those that a box of `height` shows when it is scrolled to `top`. */
export function lineWindow(count: number, lineHeight: number, top: number, height: number): LineWindow {
  const first = Math.max(0, Math.min(count, Math.floor(top / lineHeight)) - spare);
  const end = Math.min(count, Math.ceil((top + height) / lineHeight) + spare);
  return { first, end: Math.max(first, end), before: first * lineHeight };
}
