import { UserError } from '../../base/errors.js';
import { addConfig } from '../formation/releases/add-config.js';
import type { ConfigValues } from '../store/app/config-store.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { Stores } from '../store/stores.js';
import type { AppManifest } from './plan/app-json.js';

export interface ManifestParts {
  readonly stores: Stores;
  /** A value that nobody can guess, of 64 characters. */
  readonly newSecret: () => string;
}

/**
 * Before the first build of a formation: gives the variables of its app.json that its config lacks their values,
 * or generated ones, and says their names. Later builds change nothing. Resolves to the config.
 * @throws UserError naming the variables that need a value and have none
 */
export async function applyEnv(
  { stores, newSecret }: ManifestParts,
  formation: FormationRecord,
  { say, createdBy }: { readonly say: (line: string) => void; readonly createdBy: number | null },
  { env }: Pick<AppManifest, 'env'> = { env: {} },
): Promise<ConfigValues> {
  const present = (await stores.configs.present(formation.id))?.values ?? {};
  const isFirst = (await stores.builds.pageOfFormation(formation.id, { limit: 1 })).items.length === 0;
  const missing = Object.entries(env).filter(([name]) => !Object.hasOwn(present, name));
  if (!isFirst || missing.length === 0) return present;
  const wanting = missing
    .filter(
      ([, { value, generator, required }]) => required && value === undefined && generator === undefined,
    )
    .map(([name]) => name);
  if (wanting.length > 0)
    throw new UserError(
      `app.json asks for ${wanting.join(', ')}: set what has no value, and push again: ` +
        `\`deis config:set ${wanting.map((name) => `${name}=...`).join(' ')}\``,
      { field: 'app.json' },
    );
  const values: Record<string, string> = {};
  for (const [name, { value, generator }] of missing) {
    const given = generator === undefined ? value : newSecret();
    if (given !== undefined) values[name] = given;
  }
  const names = Object.keys(values).map((name) =>
    env[name]?.generator === undefined ? name : `${name} (generated)`,
  );
  if (names.length === 0) return present;
  const after = await addConfig(stores, { formationId: formation.id, createdBy }, values);
  say(`-----> Config from app.json: ${names.join(', ')}`);
  return after;
}
