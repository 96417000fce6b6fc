import { withoutControls } from './format.js';

const prefixForm = /^\S+ (?:app|deis)\[[^\]\s]*\]: /;
const colour = /\u001b\[[0-9;]*m/;

/**
 * A log line for a terminal, which it must not drive: its control characters go, its colours stay and end
 * with it. What it would have written over itself, a progress bar for instance, becomes lines of their own
 * under the same time and name: nothing is lost.
 */
export function tidyLogLine(line: string): string[] {
  const [prefix = ''] = prefixForm.exec(line) ?? [];
  const parts = line
    .slice(prefix.length)
    .split(/\r+/)
    .filter((part, index) => index === 0 || part !== '');
  const filled = parts.length > 1 && parts[0] === '' ? parts.slice(1) : parts;
  return filled.map((part) => {
    const text = withoutControls(part);
    return `${withoutControls(prefix)}${text}${colour.test(text) ? '\u001b[0m' : ''}`;
  });
}
