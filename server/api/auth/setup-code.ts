import type { Logger } from 'pino';
import { Secret } from '../../../base/secret.js';
import { isLoopback } from '../../../base/network.js';
import type { Stores } from '../../store/stores.js';
import { newToken } from './token.js';

/**
 * The code that the first user must show where strangers can reach the controller; null on loopback and once
 * somebody has registered. All controllers of one database have the same, which each prints in its log as it starts: a
 * front leads who registers to any of them.
 */
export async function makeSetupCode(
  reached: { readonly bind: string; readonly publicUrl?: string | undefined },
  stores: Pick<Stores, 'users' | 'instanceFacts'>,
  log: Logger,
): Promise<string | null> {
  if (isPrivate(reached) || !(await stores.users.isEmpty())) return null;
  const code = (await stores.instanceFacts.getOrCreate('setup-code', () => new Secret(newToken()))).reveal();
  log.warn(
    { setupCode: code },
    `no user has registered yet: the first one becomes admin and needs the setup code ${code}`,
  );
  return code;
}

/** Bound to loopback, and without a public URL by which a proxy before us would bring strangers. */
function isPrivate({
  bind,
  publicUrl,
}: {
  readonly bind: string;
  readonly publicUrl?: string | undefined;
}): boolean {
  return (
    isLoopback(bind) &&
    (publicUrl === undefined || isLoopback(new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')))
  );
}
