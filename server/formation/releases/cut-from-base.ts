import { isDeepStrictEqual } from 'node:util';
import type { ReleaseRecord } from '../../store/release-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/user-store.js';
import { baseRelease } from './base-release.js';
import { createRelease } from './create-release.js';

type Parts = Pick<ReleaseRecord, 'limits' | 'health'>;
type Part = keyof Parts;

export interface PartChange<P extends Part> {
  readonly part: P;
  /** The part after the change. @param procfile absent before the first build */
  readonly merge: (present: Parts[P], procfile: Readonly<Record<string, string>> | undefined) => Parts[P];
  readonly summary: () => string;
}

/**
 * Cuts a release that differs from the newest one that is live or still to be in one part; where that changes
 * nothing it is that release. Resolves to its version. Belongs in a transaction that holds the formation's
 * lock.
 */
export async function cutFromBase<P extends Part>(
  stores: Stores,
  user: UserRecord,
  formationId: number,
  { part, merge, summary }: PartChange<P>,
): Promise<number> {
  const base = await baseRelease(stores, formationId);
  const build = base?.buildId ? await stores.builds.byId(base.buildId) : undefined;
  const { limits = {}, health = {} } = base ?? {};
  const present: Parts = { limits, health };
  const changed = merge(present[part], build?.procfile);
  if (base !== undefined && isDeepStrictEqual(present[part], changed)) return base.version;
  const config = await stores.configs.presentOrEmpty(formationId, user.id);
  const release = await createRelease(stores, {
    formationId,
    buildId: base?.buildId ?? null,
    configId: config.id,
    ...present,
    [part]: changed,
    summary: summary(),
    createdBy: user.id,
  });
  return release.version;
}
