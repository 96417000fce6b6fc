import type { BackendCheck } from '../../../databag.js';
import { UserError } from '../../../../base/errors.js';

/** Seconds between two checks of a proxy: one by http costs the app more than a connection. */
const defaultInterval = { tcp: 1, none: 1, http: 2 } as const;
const defaultRetries = 2;

/**
 * Backend -> its check in the words of the balancer, `KIND INTERVAL RETRIES TIMEOUT [LOWEST HIGHEST PATH]`; a
 * timeout of 0 is its own default. @throws UserError
 */
export function backendRules(checks: Readonly<Record<string, BackendCheck>>): Record<string, string> {
  return Object.fromEntries(Object.entries(checks).map(([backend, check]) => [backend, ruleOf(check)]));
}

function ruleOf({
  kind,
  path = '/',
  status = [200, 399],
  timeoutSeconds = 0,
  intervalSeconds = defaultInterval[kind],
  retries = defaultRetries,
}: BackendCheck): string {
  if (!/^\/[\x21-\x7e]*$/.test(path))
    throw new UserError(`${JSON.stringify(path)} is not a valid health path: expected e.g. /health`, {
      field: 'health.path',
    });
  const numbers = [intervalSeconds, retries, timeoutSeconds];
  if (![...numbers, ...status].every((each) => Number.isSafeInteger(each) && each >= 0) || numbers[1] === 0)
    throw new UserError('a health check is not valid: expected whole numbers', { field: 'health' });
  const words = [kind, ...numbers];
  return [...words, ...(kind === 'http' ? [...status, path] : [])].join(' ');
}
