import semver from 'semver';
import { UserError } from '../../base/errors.js';

/** Used when the app names no version: the long-term support line. */
export const defaultNodeRange = '22.x';
/** Below it, the npm that we bring does not run. */
const oldest = '14.18.0';

/**
 * The newest version of `available` that `range` allows; even (long-term) majors win over odd ones, and an
 * open range (`>=18`) stays on the default line when that fits. @throws UserError for a range that is none,
 * or that nothing matches.
 */
export function chooseNodeVersion(range: string, available: readonly string[]): string {
  const wanted = semver.validRange(range);
  if (wanted === null)
    throw new UserError(
      `package.json: engines.node "${range}" is no version range; write for example "22.x"`,
      { field: 'engines.node' },
    );
  const usable = available.filter((version) => semver.gte(version, oldest));
  const matching = usable.filter((version) => semver.satisfies(version, wanted));
  const onDefaultLine = matching.filter((version) => semver.satisfies(version, defaultNodeRange));
  const longTerm = matching.filter((version) => semver.major(version) % 2 === 0);
  for (const candidates of isOpen(wanted) ? [onDefaultLine, longTerm, matching] : [longTerm, matching]) {
    const newest = semver.rsort([...candidates])[0];
    if (newest !== undefined) return newest;
  }
  const newest = semver.rsort([...usable])[0] ?? 'none';
  throw new UserError(
    `package.json: no version of Node.js matches engines.node "${range}" ` +
      `(oldest supported ${oldest}, newest known ${newest})`,
    { field: 'engines.node' },
  );
}

/** Has some alternative without an upper bound. */
function isOpen(range: string): boolean {
  return new semver.Range(range).set.some(
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
