import type { KnownCause } from './known-cause.js';
import { knownCauses } from './known-causes.js';

/** So much of a line is looked at; a build's lines are not longer by much. */
const maxLine = 4000;
const gap = '…';
const silent =
  'The build says nothing of why it failed: let its script begin with `set -x` (or run the failing command with its ' +
  'verbose option), push again, and the last lines name the command';
const unknown =
  'No known cause: the reason most likely stands in the lines above; `deis builds:output` shows the whole output';

/** Causes with their patterns ready to be looked for. */
const prepared = knownCauses.map((cause) => ({
  cause,
  patterns: cause.patterns.map((pattern) =>
    pattern
      .toLowerCase()
      .split(gap)
      .map((part) => part.trim()),
  ),
}));

/**
 * One line of advice for a build that failed: of the first known cause that its last lines, or the reason that
 * the builder gives, show. Takes time by the length of the lines: what is looked for are plain texts.
 * @param lines the last ones, cleaned
 */
export function adviceFor(lines: readonly string[], reason: string): string {
  const cut = [...lines, reason].map((line) => line.slice(0, maxLine));
  const folded = cut.map((line) => line.toLowerCase());
  for (const { cause, patterns } of prepared) {
    // The last line that shows it is nearest to the failure.
    const at = folded.findLastIndex((line) => patterns.some((parts) => holds(line, parts)));
    if (at >= 0) return withHost(cause, cut[at]!);
  }
  return lines.some(isOfProgram) ? unknown : silent;
}

/** Whether the parts stand in the line one behind the other. */
function holds(line: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = line.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

/** What a program wrote, not the builder's own headings and sentences, nor a bare word that it failed. */
function isOfProgram(line: string): boolean {
  const text = line.trim().toLowerCase();
  return text !== '' && !/^(----->|! )/.test(text) && !/^build failed\W{0,3}$/.test(text);
}

function withHost({ advice }: KnownCause, line: string): string {
  return advice.replace('{host}', hostIn(line) ?? 'the host that the last lines name');
}

/** The host of the first URL in a line, else the first word that looks like a host's name. */
function hostIn(line: string): string | undefined {
  const words = line.split(/[\s'"`()<>[\]{},;]+/);
  const url = words.find((word) => /^\w{2,10}:\/\/./.test(word));
  if (url !== undefined)
    return url
      .split('://')[1]!
      .split(/[/:?#]/)[0]!
      .split('@')
      .at(-1);
  return words.map((word) => word.replace(/[.:]+\d*$/, '')).find((word) => isHostName(word));
}

const endings = ['com', 'org', 'net', 'io', 'dev', 'invalid', 'example'];

function isHostName(word: string): boolean {
  return (
    word.length <= 253 &&
    /^[a-z0-9.-]+$/i.test(word) &&
    word.includes('.') &&
    endings.includes(word.split('.').at(-1)!)
  );
}
