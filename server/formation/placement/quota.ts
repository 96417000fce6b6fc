import { megabytes } from '../../../base/byte-size.js';
import type { Quota } from '../../store/app/formation-store.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';

/** By process type. */
type LimitsByType = SnapshotRelease['limits'];
/** What one container may use. */
type Limits = LimitsByType[string];

/** Containers of one process type, or fewer of them: what each may use, and how many there are. */
export interface Share {
  readonly type: string;
  readonly count: number;
  /** Of each; absent: no limit. */
  readonly limits?: Limits | undefined;
}

/** By process type. */
export function sharesOf(counts: ReadonlyMap<string, number>, limits: LimitsByType): Share[] {
  return [...counts].map(([type, count]) => ({
    type,
    count,
    limits: Object.hasOwn(limits, type) ? limits[type] : undefined,
  }));
}

const amounts = {
  containers: { of: () => 1, say: (count: number) => `${count} container${count === 1 ? '' : 's'}` },
  memory: {
    of: (limits: Limits | undefined) => limits?.memory,
    say: (bytes: number) => `${megabytes(bytes, 'up')} of memory`,
    limit: (type: string) => `deis limits:set ${type}=512M`,
  },
  cpus: {
    of: (limits: Limits | undefined) => limits?.cpus,
    say: (cores: number) => `${cores} core${cores === 1 ? '' : 's'}`,
    limit: (type: string) => `deis limits:set --cpu ${type}=0.5`,
  },
} as const;

/** What a guest uses of what its quota may limit; undefined where a type of it has no limit. */
export function used(shares: readonly Share[], what: keyof Quota): number | undefined {
  let sum = 0;
  for (const { count, limits } of shares) {
    const each = amounts[what].of(limits);
    if (each === undefined) return undefined;
    sum += count * each;
  }
  return Math.round(sum * 100) / 100;
}

/**
 * Why a guest may not have these containers, and what to do; undefined where it may. What is no more than what
 * serves already may always be: a quota that became smaller stops growth, not deploys.
 */
export function quotaProblem(
  { guest, host, quota }: { readonly guest: string; readonly host: string; readonly quota: Quota },
  wanted: readonly Share[],
  serving: readonly Share[],
): string | undefined {
  for (const what of Object.keys(amounts) as (keyof Quota)[]) {
    const most = quota[what];
    if (most === undefined) continue;
    const { say } = amounts[what];
    const present = used(serving, what) ?? Infinity;
    const sum = used(wanted, what);
    const may = `${guest} may use ${say(most)} on the nodes of ${host}`;
    if (sum === undefined) {
      const open = wanted.find(({ limits }) => amounts[what].of(limits) === undefined)!.type;
      if (present === Infinity && serving.length > 0 && !grows(wanted, serving)) continue;
      const { limit } = amounts[what as 'memory' | 'cpus'];
      return `${may}, and ${open} has no limit: give each of its containers one first, e.g. \`${limit(open)}\``;
    }
    if (sum > most && sum > present)
      return `${may}, and this would be ${say(sum)}: ask those who run ${host} for more, or use less`;
  }
  return undefined;
}

/** Whether any type has more containers than before. */
function grows(wanted: readonly Share[], serving: readonly Share[]): boolean {
  const before = (type: string): number =>
    serving.filter((share) => share.type === type).reduce((sum, { count }) => sum + count, 0);
  return wanted.some(({ type, count }) => count > before(type));
}

/**
 * As `quotaProblem`, of a formation; undefined for one on its own nodes.
 * @param wanted process type -> number, with these limits
 */
export function guestProblem(
  snapshot: Pick<FormationSnapshot, 'formation' | 'host' | 'containers' | 'releases'>,
  wanted: ReadonlyMap<string, number>,
  limits: LimitsByType,
): string | undefined {
  const { formation, host } = snapshot;
  if (host === undefined) return undefined;
  const names = { guest: formation.name, host: host.name, quota: formation.quota };
  return quotaProblem(names, sharesOf(wanted, limits), servingShares(snapshot));
}

function servingShares({
  containers,
  releases,
}: Pick<FormationSnapshot, 'containers' | 'releases'>): Share[] {
  const limits = new Map(releases.map((release) => [release.id, release.limits]));
  return containers
    .filter(({ state }) => state === 'serving')
    .map(({ type, releaseId }) => ({ type, count: 1, limits: limits.get(releaseId)?.[type] }));
}
