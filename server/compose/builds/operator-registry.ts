import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../../base/errors.js';
import { OperatorRegistry } from '../../registry/operator-registry.js';
import type { Settings } from '../../settings/settings.js';
import { now } from '../constants.js';
import type { Base } from '../open-base.js';

/**
 * The registry that the operator has; undefined where the controller has its own. @throws UserError when its
 * authority cannot be read
 */
export function operatorRegistry(
  { registry: { operators } }: Pick<Settings, 'registry'>,
  { stores, instance }: Pick<Base, 'stores' | 'instance'>,
): OperatorRegistry | undefined {
  if (operators === undefined) return undefined;
  const { host, port, path, caBundle, login, pullLogin } = operators;
  const authority = caBundle === undefined ? {} : { authority: readAuthority(caBundle) };
  return new OperatorRegistry({
    stores,
    instance,
    registry: { host, port, ...authority },
    path,
    login,
    pullLogin,
    now,
  });
}

const checkMs = 30_000;

/** Says in the log when the registry does not let us in: without this it is the first push that shows it. */
export async function checkRegistry(registry: OperatorRegistry, { log }: Pick<Base, 'log'>): Promise<void> {
  await registry
    .check(AbortSignal.timeout(checkMs))
    .catch((error: unknown) =>
      log.warn({ reason: messageOf(error) }, 'the registry of images does not let us in'),
    );
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError(`DEIS_REGISTRY_CA_BUNDLE=${path} cannot be read`, { cause });
  }
}
