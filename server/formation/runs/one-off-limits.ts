import type { Limits, TypeSettings } from '../../../cookbooks/databag.js';
import { Conflict } from '../../../base/errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { RunPlace } from '../../store/app/run-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationSettings } from '../context/formation-parts.js';
import { maxKeptRuns } from './collect-runs.js';

type Guest = Pick<FormationSnapshot, 'formation' | 'host'>;

/** One-off commands of a guest with a quota that run at once, a release phase and postdeploy among them. */
export const maxOneOffs = 2;

/** That an error names. */
const maxNamed = 3;

/** Below it Docker makes no container, and takes 0 for no limit. */
const leastMemory = 6 * 2 ** 20;
const leastCpus = 0.01;
/** Of a command that says nothing: each node has it, and Docker refuses more cores than there are. */
const cpusOfNone = 1;

/**
 * What a one-off command of a guest may use where a quota limits that: as much as containers of its process
 * type, else all that the quota gives, and of cores one. Empty for all others.
 */
export function oneOffLimits(
  { formation: { quota }, host }: Guest,
  type: string,
  limits: TypeSettings['limits'],
): Pick<Limits, 'memory' | 'cpus'> {
  if (host === undefined) return {};
  const own = Object.hasOwn(limits, type) ? limits[type] : undefined;
  const { memory, cpus } = quota;
  return {
    ...(memory === undefined
      ? {}
      : { memory: Math.max(leastMemory, Math.min(memory, own?.memory ?? Infinity)) }),
    ...(cpus === undefined ? {} : { cpus: Math.max(leastCpus, Math.min(cpus, own?.cpus ?? cpusOfNone)) }),
  };
}

/**
 * Belongs under the formation's lock.
 * @throws Conflict for one more than the formation, the user or a guest with a quota may run at once
 */
export async function requireOneOffRoom(
  stores: Stores,
  { formation: { id, name, quota }, host }: Guest,
  user: Pick<UserRecord, 'id' | 'username'>,
  most: FormationSettings['runs'],
): Promise<void> {
  const ofFormation = takenPlaces(await stores.runs.placesOfFormation(id));
  if (host !== undefined && Object.keys(quota).length > 0)
    requireFewer(
      ofFormation,
      maxOneOffs,
      `${name} has a quota on the nodes of ${host.name}, and may run ${maxOneOffs} one-off commands at once`,
    );
  requireFewer(
    ofFormation,
    most.ofFormation,
    `${name} may run ${most.ofFormation} one-off commands at once, of all its people together`,
  );
  // One whose container is kept for its log counts for its formation alone: each keeps a few.
  requireFewer(
    (await stores.runs.lockPlacesOfUser(user.id)).filter(({ ended }) => !ended),
    most.ofUser,
    `${user.username} may run ${most.ofUser} one-off commands at once, in all formations together`,
  );
}

/** Those that run, and those that have ended whose containers are more than are kept for their logs. */
function takenPlaces(places: readonly RunPlace[]): RunPlace[] {
  const ended = places.filter((place) => place.ended);
  return [
    ...places.filter((place) => !place.ended),
    ...ended.slice(0, Math.max(0, ended.length - maxKeptRuns)),
  ];
}

function requireFewer(taken: readonly RunPlace[], most: number, rule: string): void {
  const [first] = taken;
  if (first === undefined || taken.length < most) return;
  const names = taken.slice(0, maxNamed).map(({ formation, num }) => `run.${num} of ${formation}`);
  if (taken.length > maxNamed) names.push(`${taken.length - maxNamed} more`);
  throw new Conflict(
    `${rule}: ${names.join(', ')} run already. Wait for one, or stop it, e.g. ` +
      `\`deis run:stop run.${first.num} -f ${first.formation}\``,
  );
}
