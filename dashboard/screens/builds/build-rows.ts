import type { Listed } from '../../api/asked.js';
import type { Build, Operation, Release } from '../../api/types.js';
import { amountIn } from '../metrics/units.js';

/** A build, a push that is to be one, or one of which nothing came. */
export interface BuildRow {
  readonly id: string;
  readonly at: string;
  readonly build: Build | undefined;
  /** What made it or tried to; undefined: it was longer ago than operations are listed. */
  readonly operation: Operation | undefined;
  /** `live`, or how its operation stands; undefined: it was built, and is not live. */
  readonly state: string | undefined;
}

/** Kinds of operations that make builds, which have their ids. */
const makers = ['push', 'import-build'];

/** Newest first. @param operations newest first, as `releases` */
export function buildRows(
  builds: Listed<Build>,
  operations: readonly Operation[],
  releases: readonly Release[],
): BuildRow[] {
  const live = releases.find((release) => release.live)?.build;
  const made = new Map(operations.map((operation) => [operation.id, operation]));
  const built = new Set(builds.results.map(({ uuid }) => uuid));
  // Builds before these are not listed: what was asked for earlier may have one.
  const since = builds.results.length < builds.count ? (builds.results.at(-1)?.created_at ?? '') : '';
  const rows = [
    ...builds.results.map((build) => rowOf(build.uuid, build, made.get(build.uuid), live)),
    ...operations
      .filter(({ id, kind }) => makers.includes(kind) && !built.has(id))
      .map((operation) => rowOf(operation.id, undefined, operation, live))
      .filter(({ at }) => at >= since),
  ];
  return rows.sort((one, other) => other.at.localeCompare(one.at));
}

function rowOf(
  id: string,
  build: Build | undefined,
  operation: Operation | undefined,
  live: string | null | undefined,
): BuildRow {
  const state = operation?.state === 'succeeded' ? undefined : operation?.state;
  const at = build?.created_at ?? operation?.created_at ?? '';
  return { id, at, build, operation, state: build !== undefined && id === live ? 'live' : state };
}

/** The commit, where something was built of it; else what was tried. */
export function nameOf({ build, operation }: Pick<BuildRow, 'build' | 'operation'>): string {
  return build?.sha.slice(0, 8) ?? operation?.kind ?? 'push';
}

/** A push that waits or is being built, so that it can be cancelled as a build. */
export function isUnderWay({ operation }: Pick<BuildRow, 'operation'>): boolean {
  return operation?.kind === 'push' && operation.finished_at === null;
}

/** The release that can be deployed again as it is: the newest, when it failed. @param releases newest first */
export function failedRelease(releases: readonly Release[]): Release | undefined {
  const [newest] = releases;
  return newest?.state === 'failed' && newest.build !== null ? newest : undefined;
}

/** `slug, nodejs, 24.1 MB` */
export function buildInWords({ kind, buildpack, size }: Pick<Build, 'kind' | 'buildpack' | 'size'>): string {
  return [kind, ...(buildpack === null ? [] : [buildpack]), ...(size === null ? [] : [sizeOf(size)])].join(
    ', ',
  );
}

export function sizeOf(bytes: number): string {
  return amountIn('bytes', bytes);
}

/** The list that is typed, one a line. */
export function givenBuildpacks(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
