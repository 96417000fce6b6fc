import { isDeepStrictEqual } from 'node:util';
import { Conflict } from '../../../../base/errors.js';
import type { SettingName, TypeSettings } from '../../../../cookbooks/databag.js';
import type { FormationRecord } from '../../../store/app/formation-store.js';
import type { OperationRecord } from '../../../store/operations/operation-store.js';
import type { Stores } from '../../../store/stores.js';
import type { UserRecord } from '../../../store/people/user-store.js';
import type { FormationParts } from '../../context/formation-parts.js';
import { requireSnapshot } from '../../context/formation-work.js';
import { checkTypes } from '../../requests/process-types/check-types.js';
import { enqueueOperation } from '../../requests/enqueue-operation.js';
import { deployKind, deployOf } from '../../requests/kinds/deploy.js';
import { baseRelease } from '../base-release.js';
import { cutRelease } from '../cut-release.js';
import { settingsOf } from '../release-content.js';
import { typeSettings, type SettingChanges } from './type-settings.js';

/** A setting of the newest release that is live, or still to be: what the next one will be cut from. */
export interface PresentSetting<N extends SettingName> {
  /** Version; null before the first. */
  readonly release: number | null;
  /** Process type -> command, of its build; absent before the first. */
  readonly procfile?: Readonly<Record<string, string>>;
  /** By process type. What is not here is as by default. */
  readonly values: TypeSettings[N];
}

/** What the next release will be cut from. A release that failed is passed over, and its settings with it. */
export async function readSetting<N extends SettingName>(
  stores: Stores,
  formationId: number,
  name: N,
): Promise<PresentSetting<N>> {
  const release = await baseRelease(stores, formationId);
  const build = release?.buildId ? await stores.builds.byId(release.buildId) : undefined;
  return {
    release: release?.version ?? null,
    ...(build === undefined ? {} : { procfile: build.procfile }),
    values: settingsOf(release)[name],
  };
}

/**
 * Changes a setting of process types, cuts a release with it and queues its deploy: new containers start with
 * it beside the old, which keep theirs. What changes nothing cuts no release.
 * @param check told the present values before anything is written; what it throws ends the change
 * @throws UserError for a value that cannot be, UnknownName for a type that the Procfile lacks; Conflict for
 * what the formation or its nodes cannot do
 */
export async function changeSetting<N extends SettingName>(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  name: N,
  changes: SettingChanges[N],
  check: (present: PresentSetting<N>) => void = () => undefined,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      const present = await readSetting(stores, formation.id, name);
      check(present);
      const { named, merge, summary, problem } = typeSettings[name];
      for (const [field, types] of Object.entries(named(changes))) checkNamed(field, types, present);
      const values = merge(present.values, changes);

      const release = await baseRelease(stores, formation.id);
      if (release !== undefined && isDeepStrictEqual(present.values, values)) return deployOf(release);
      const why = problem?.(await requireSnapshot(stores, formation.id), values, changes);
      if (why !== undefined) throw new Conflict(why);
      const cut = { formationId: formation.id, createdBy: user.id, summary: summary(changes) };
      return { release: (await cutRelease(stores, cut, { [name]: values })).version };
    },
  );
}

/** What is set of a type that is gone from the Procfile can still be taken away. */
function checkNamed(
  field: string,
  types: Readonly<Record<string, unknown>>,
  { procfile, values }: PresentSetting<SettingName>,
): void {
  const named = Object.keys(types).filter((type) => types[type] !== null || !Object.hasOwn(values, type));
  checkTypes(named, procfile, (type) => `${field}.${type}`);
}
