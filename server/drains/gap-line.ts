import type { KeptLine } from '../log/kept-line-reader.js';
import type { DrainPosition } from '../store/drains/drain-store.js';

/** What a sink is told of lines that it never gets; undefined when it has got all. @param at of the next line */
export function gapLine(position: DrainPosition | undefined, at = ''): KeptLine | undefined {
  if (position === undefined || (position.skipped === 0 && !position.skippedMore)) return undefined;
  const { skipped, skippedMore } = position;
  const count = skipped === 1 ? '1 line was' : `${skipped} lines were`;
  const counted = skipped === 0 ? 'lines were' : `${count}${skippedMore ? ', and more were,' : ''}`;
  return {
    at,
    source: 'deis',
    process: 'drain',
    stream: 'stdout',
    node: 'controller',
    text: `${counted} not sent: the drain was too far behind, or its sink did not want them`,
  };
}
