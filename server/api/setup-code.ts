import type { Logger } from 'pino';
import type { Stores } from '../store/stores.js';
import { newToken } from './token.js';

/**
 * The code that the first user must show where strangers can reach the controller; null on loopback and once somebody has registered.
 * Printed in the log, once per start, and kept nowhere.
 */
export async function makeSetupCode(bind: string, stores: Pick<Stores, 'users'>, log: Logger): Promise<string | null> {
  if (isLoopback(bind) || !(await stores.users.isEmpty())) return null;
  const code = newToken();
  log.warn({ setupCode: code }, `nobody has registered yet: the first user becomes admin and needs the setup code ${code}`);
  return code;
}

/** Whether an address to bind to is reached from this machine alone. */
export function isLoopback(bind: string): boolean {
  return bind === 'localhost' || bind === '::1' || /^127\.\d+\.\d+\.\d+$/.test(bind);
}
