import type { KeptBuildpackRecord } from '../../store/app/builds/buildpack-store.js';
import type { Stores } from '../../store/stores.js';

/** Names of those that come with the controller, in the order in which they are asked. */
export const builtinNames = ['nodejs', 'python', 'go', 'java', 'static', 'ruby', 'php', 'procfile'] as const;

/** What a name in a list of buildpacks may mean. */
export interface KnownBuildpacks {
  readonly builtin: readonly string[];
  /** Those that the operator keeps, and their hashes. */
  readonly kept: readonly Pick<KeptBuildpackRecord, 'name' | 'sha256'>[];
}

/** What can be named now. */
export async function knownBuildpacks({ buildpacks }: Pick<Stores, 'buildpacks'>): Promise<KnownBuildpacks> {
  return { builtin: builtinNames, kept: await buildpacks.kept() };
}

/** Where the operator has added none. */
export const onlyBuiltin: KnownBuildpacks = { builtin: builtinNames, kept: [] };
