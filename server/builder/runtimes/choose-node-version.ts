import semver from 'semver';
import { UserError } from '../../../base/errors.js';

/** Used when the app names no version: the long-term support line. */
export const defaultNodeRange = '22.x';
/** Below it, the npm that we bring does not run. */
export const oldestNode = '14.18.0';

/** Each version is compared with each alternative, in the process that answers the API. */
const maxRange = 256;
const maxAlternatives = 16;

/**
 * The range that a text of engines.node stands for. @throws UserError for a text that is not a range, or one
 * of more than 256 characters or 16 alternatives.
 */
export function parseNodeRange(text: string): semver.Range {
  const field = 'engines.node';
  if (text.length > maxRange || text.split('||').length > maxAlternatives)
    throw new UserError(
      `package.json: engines.node is too long: expected at most ${maxRange} characters and ` +
        `${maxAlternatives} alternatives, e.g. "22.x"`,
      { field },
    );
  try {
    return new semver.Range(text);
  } catch (cause) {
    throw new UserError(
      `package.json: engines.node "${text}" is not a valid version range: expected e.g. "22.x"`,
      { field, cause },
    );
  }
}

/**
 * The newest version of `available` that `range` allows; even (long-term) majors win over odd ones, and an
 * open range (`>=18`) stays on the default line when that fits. @throws UserError as `parseNodeRange`, and
 * for a range that nothing matches.
 */
export function chooseNodeVersion(range: string, available: readonly string[]): string {
  const wanted = parseNodeRange(range);
  const defaultLine = new semver.Range(defaultNodeRange);
  const usable = semver.rsort(
    available
      .map((version) => new semver.SemVer(version))
      .filter((version) => version.compare(oldestNode) >= 0),
  );
  const matching = usable.filter((version) => wanted.test(version));
  const onDefaultLine = isOpen(wanted) ? matching.find((version) => defaultLine.test(version)) : undefined;
  const longTerm = matching.find((version) => version.major % 2 === 0);
  const chosen = onDefaultLine ?? longTerm ?? matching[0];
  if (chosen !== undefined) return chosen.version;
  throw new UserError(
    `no version of Node.js matches "${range}" of engines.node or .nvmrc (oldest supported ${oldestNode}, ` +
      `newest known ${usable[0]?.version ?? 'none'})`,
    { field: 'engines.node' },
  );
}

/** Has some alternative without an upper bound. */
function isOpen(range: semver.Range): boolean {
  return range.set.some(
    (comparators) =>
      !comparators.some(
        (comparator) =>
          comparator.operator === '<' ||
          comparator.operator === '<=' ||
          (comparator.operator === '' && comparator.value !== ''),
      ),
  );
}

/**
 * Range of npm versions to go with a Node.js version: what that line was released with. npm 11 runs on it,
 * but installs no package's scripts unasked.
 */
export function npmRangeFor(nodeVersion: string): string {
  const major = semver.major(nodeVersion);
  if (major < 18) return '8.x';
  return '10.x';
}
