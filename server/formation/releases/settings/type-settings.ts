import type { SettingName, TypeSettings } from '../../../../cookbooks/databag.js';
import type { FormationSnapshot } from '../../../store/app/formation-snapshot.js';
import { tcpCheckProblem } from '../../databag/tcp-mode.js';
import { tagProblem } from '../../placement/tagged-nodes.js';
import { mergeHealth, summariseHealth, type HealthChanges } from './merge-health.js';
import { mergeTags, namedTypes, summariseTags, typesThatAsk, type TagChanges } from './merge-tags.js';
import { mergeTimeouts, summariseTimeouts, type TimeoutChanges } from './merge-timeouts.js';
import { mergeLimits, summariseLimits, type LimitChanges } from './merge-limits.js';

/** What a request may ask of each setting. */
export interface SettingChanges {
  readonly limits: LimitChanges;
  readonly health: HealthChanges;
  readonly timeouts: TimeoutChanges;
  readonly tags: TagChanges;
}

/** How a setting of process types is changed. */
export interface TypeSetting<N extends SettingName> {
  /** Field of the request -> process type -> its new value; null puts back the default. */
  readonly named: (changes: SettingChanges[N]) => Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The values with these changes, types sorted. @throws UserError naming the field and its value */
  readonly merge: (present: TypeSettings[N], changes: SettingChanges[N]) => TypeSettings[N];
  /** Of the release, clause by clause. */
  readonly summary: (changes: SettingChanges[N]) => string;
  /** Why the formation or its nodes cannot do so, told before anything is written; undefined where they can. */
  readonly problem?: (
    snapshot: FormationSnapshot,
    values: TypeSettings[N],
    changes: SettingChanges[N],
  ) => string | undefined;
}

/**
 * Every setting of process types that a release has. `databag/databag-release.ts` says how each reaches the
 * nodes, `noSettings` what a release without any has.
 */
export const typeSettings: { readonly [N in SettingName]: TypeSetting<N> } = {
  limits: {
    named: ({ memory = {}, cpus = {} }) => ({ memory, cpus }),
    merge: mergeLimits,
    summary: summariseLimits,
  },
  health: {
    named: (checks) => ({ checks }),
    merge: mergeHealth,
    summary: summariseHealth,
    problem: ({ formation }, values) => tcpCheckProblem(formation, values),
  },
  timeouts: { named: (timeouts) => ({ timeouts }), merge: mergeTimeouts, summary: summariseTimeouts },
  tags: {
    named: (changes) => ({ tags: namedTypes(changes) }),
    merge: mergeTags,
    summary: summariseTags,
    problem: (snapshot, values, changes) => tagProblem(snapshot, values, typesThatAsk(changes)),
  },
};
