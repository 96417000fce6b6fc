import type { Release } from '../../api/types.js';

/** One thing in which two releases differ. */
export interface Difference {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** In what `to` differs from `from`, as far as the API tells of releases: code, config, limits. */
export function diffReleases(from: Release | undefined, to: Release): Difference[] {
  const rows = [
    { what: 'Commit', from: commitOf(from), to: commitOf(to) },
    { what: 'Build', from: from?.build?.slice(0, 8) ?? 'none', to: to.build?.slice(0, 8) ?? 'none' },
    { what: 'Config', from: configOf(from), to: configOf(to) },
    ...[...new Set([...Object.keys(from?.limits ?? {}), ...Object.keys(to.limits)])].map((type) => ({
      what: `Limits of ${type}`,
      from: limitOf(from?.limits[type]),
      to: limitOf(to.limits[type]),
    })),
  ];
  return rows.filter((row) => row.from !== row.to);
}

function commitOf(release: Release | undefined): string {
  return release?.sha?.slice(0, 7) ?? 'none';
}

function configOf(release: Release | undefined): string {
  const version = release?.config ?? null;
  return version === null ? 'none' : `version ${version}`;
}

function limitOf(limit: Release['limits'][string] | undefined): string {
  const parts = [
    ...(limit?.memory === undefined ? [] : [`${Math.round(limit.memory / 1024 ** 2)} MB`]),
    ...(limit?.cpus === undefined ? [] : [`${limit.cpus} CPUs`]),
  ];
  return parts.join(', ') || 'none';
}
