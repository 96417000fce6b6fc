import type { ConfigValues } from '../../store/app/config-store.js';
import type { Stores } from '../../store/stores.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import { baseRelease } from './base-release.js';
import { cutRelease } from './cut-release.js';
import { mergeConfig, summariseConfig } from './merge-config.js';

/**
 * Adds variables that the config does not have, for what is deployed next; those that are there stay as they
 * are. Safe to repeat. Resolves to the config then. @throws UserError as mergeConfig
 */
export async function addConfig(
  stores: Stores,
  { formationId, createdBy }: { readonly formationId: number; readonly createdBy: number | null },
  values: Readonly<Record<string, string>>,
): Promise<ConfigValues> {
  return stores.withFormationLock(formationId, async (inside) => {
    await requireAlive(inside, formationId);
    const present = (await inside.configs.present(formationId))?.values ?? {};
    const missing = Object.fromEntries(
      Object.entries(values).filter(([name]) => !Object.hasOwn(present, name)),
    );
    if (Object.keys(missing).length === 0) return present;
    const config = await inside.configs.insert({
      formationId,
      createdBy,
      values: mergeConfig(present, missing),
    });
    // Without a release the newest config counts; with one, that of the newest release.
    if ((await baseRelease(inside, formationId)) !== undefined)
      await cutRelease(
        inside,
        { formationId, createdBy, summary: summariseConfig(missing) },
        { configId: config.id },
      );
    return config.values;
  });
}
