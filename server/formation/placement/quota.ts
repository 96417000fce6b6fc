import { megabytes } from '../../../base/byte-size.js';
import type { Scale } from '../../store/app/formation-store.js';
import type { Quota } from '../../store/app/quota.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import { wantedContainers } from './wanted-containers.js';

/** What one container may use. */
type Limits = SnapshotRelease['limits'][string];

/** Containers of one process type, or fewer of them: what each may use, and how many there are. */
export interface Share {
  readonly type: string;
  readonly count: number;
  /** Of each; absent: no limit. */
  readonly limits?: Limits | undefined;
  /** Bytes that a node has for each. */
  readonly disk?: number;
}

/** What says how much containers of a release use. */
type Used = Pick<SnapshotRelease, 'limits' | 'build'>;

/** By process type. */
export function sharesOf(counts: ReadonlyMap<string, number>, release: Used): Share[] {
  return [...counts].map(([type, count]) => shareOf(type, count, release));
}

function shareOf(type: string, count: number, { limits, build }: Used): Share {
  const own = Object.hasOwn(limits, type) ? limits[type] : undefined;
  return { type, count, limits: own, disk: bytesOf(build) };
}

/** As it is fetched. An image of an early release, whose size was not written down, counts as nothing. */
function bytesOf(build: Used['build']): number {
  return (build?.kind === 'slug' ? build.slugSize : build?.size) ?? 0;
}

const amounts = {
  containers: { of: (_: Share) => 1, say: (count: number) => `${count} container${count === 1 ? '' : 's'}` },
  memory: {
    of: ({ limits }: Share) => limits?.memory,
    say: (bytes: number) => `${megabytes(bytes, 'up')} of memory`,
    limit: (type: string) => `deis limits:set ${type}=512M`,
  },
  cpus: {
    of: ({ limits }: Share) => limits?.cpus,
    say: (cores: number) => `${cores} core${cores === 1 ? '' : 's'}`,
    limit: (type: string) => `deis limits:set --cpu ${type}=0.5`,
  },
  disk: {
    of: ({ disk = 0 }: Share) => disk,
    say: (bytes: number) => `${megabytes(bytes, 'up')} of disk`,
  },
} as const;

/** What a guest uses of what its quota may limit; Infinity where a type of it has no limit. */
export function used(shares: readonly Share[], what: keyof Quota): number {
  const sum = shares.reduce((rest, share) => rest + of(share, what), 0);
  return Math.round(sum * 100) / 100;
}

function of(share: Share, what: keyof Quota): number {
  return share.count === 0 ? 0 : share.count * (amounts[what].of(share) ?? Infinity);
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
    const sum = used(wanted, what);
    if (most === undefined || sum <= most || !grows(wanted, serving, what)) continue;
    const { say } = amounts[what];
    const may = `${guest} may use ${say(most)} on the nodes of ${host}`;
    const open = wanted.find((share) => of(share, what) === Infinity)?.type;
    if (open === undefined)
      return `${may}, and this would be ${say(sum)}: ask those who run ${host} for more, or use less`;
    const { limit } = amounts[what as 'memory' | 'cpus'];
    return `${may}, and ${open} has no limit: give each of its containers one first, e.g. \`${limit(open)}\``;
  }
  return undefined;
}

/**
 * Whether these are more than those: in all, or where a type without a limit hides the sum, of any type, in
 * their number or in what each may use.
 */
function grows(wanted: readonly Share[], serving: readonly Share[], what: keyof Quota): boolean {
  const [sum, present] = [used(wanted, what), used(serving, what)];
  if (Number.isFinite(sum) && Number.isFinite(present)) return sum > present;
  return wanted.some((share) => {
    const before = serving.filter(({ type }) => type === share.type);
    const count = before.reduce((rest, each) => rest + each.count, 0);
    const each = Math.max(0, ...before.map((old) => of({ ...old, count: 1 }, what)));
    return share.count > count || (share.count > 0 && of({ ...share, count: 1 }, what) > each);
  });
}

/**
 * As `quotaProblem`, of a formation; undefined for one on its own nodes.
 * @param wanted process type -> number, of this release
 */
export function guestProblem(
  snapshot: Pick<FormationSnapshot, 'formation' | 'host' | 'containers' | 'releases'>,
  wanted: ReadonlyMap<string, number>,
  release: Used,
): string | undefined {
  const { formation, host } = snapshot;
  if (host === undefined) return undefined;
  const names = { guest: formation.name, host: host.name, quota: formation.quota };
  return quotaProblem(names, sharesOf(wanted, release), servingShares(snapshot));
}

/**
 * Why a guest may not be scaled so, by each release that can come to serve: the live one, and the one that is to be,
 * which may fail. Names it where there are both.
 */
export function scaleProblem(snapshot: FormationSnapshot, scale: Scale): string | undefined {
  const { liveReleaseId } = snapshot.formation;
  const releases = snapshot.releases.filter(
    ({ id, state, build }) => build !== null && (id === liveReleaseId || state === 'pending'),
  );
  for (const release of releases) {
    const { id, version, build } = release;
    const problem = guestProblem(snapshot, wantedContainers(scale, build), release);
    if (problem === undefined) continue;
    const which = id === liveReleaseId ? `v${version} serves now` : `v${version} is being deployed`;
    return releases.length === 1 ? problem : `${problem} (${which})`;
  }
  return undefined;
}

function servingShares({
  containers,
  releases,
}: Pick<FormationSnapshot, 'containers' | 'releases'>): Share[] {
  const byId = new Map(releases.map((release) => [release.id, release]));
  return containers
    .filter(({ state }) => state === 'serving')
    .map(({ type, releaseId }) => shareOf(type, 1, byId.get(releaseId) ?? { limits: {}, build: null }));
}
