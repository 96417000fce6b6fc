import type { Limits, TypeSettings } from '../../../cookbooks/databag.js';
import { Conflict } from '../../../base/errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { Stores } from '../../store/stores.js';

type Guest = Pick<FormationSnapshot, 'formation' | 'host'>;

/** One-off commands of a guest with a quota that run at once, a release phase and postdeploy among them. */
export const maxOneOffs = 2;

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

/** Belongs under the formation's lock. @throws Conflict for one more than a guest with a quota may run at once */
export async function requireOneOffRoom(
  stores: Stores,
  { formation: { id, name, quota }, host }: Guest,
): Promise<void> {
  if (host === undefined || Object.keys(quota).length === 0) return;
  const running = (await stores.runs.unfinishedOfFormation(id)).filter(({ exitCode }) => exitCode === null);
  if (running.length < maxOneOffs) return;
  const names = running.map(({ num }) => `run.${num}`);
  throw new Conflict(
    `${name} has a quota on the nodes of ${host.name}, and may run ${maxOneOffs} one-off commands at once: ` +
      `${names.join(', ')} run already. Wait for one, or stop it, e.g. \`deis run:stop ${names[0]}\``,
  );
}
