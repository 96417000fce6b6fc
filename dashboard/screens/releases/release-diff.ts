import type { Release } from '../../api/types.js';
import { checkInWords } from '../settings/check-edits.js';
import { tagText } from '../tags/tag-text.js';

/** One thing in which two releases differ. */
export interface Difference {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** What of it: names of variables. */
  readonly names?: readonly string[];
}

/** Two versions of the config. */
export type ConfigPair = readonly [from: number, to: number];

/** In what `to` differs from `from`: code, config, and what is set of each process type. */
export function diffReleases(
  from: Release | undefined,
  to: Release,
  namesOf: (pair: ConfigPair) => readonly string[] = () => [],
): Difference[] {
  const names = namesOf(configPair(from, to));
  const rows: Difference[] = [
    { what: 'Commit', from: commitOf(from), to: commitOf(to) },
    { what: 'Build', from: from?.build?.slice(0, 8) ?? 'none', to: to.build?.slice(0, 8) ?? 'none' },
    { what: 'Config', from: configOf(from), to: configOf(to), ...(names.length > 0 && { names }) },
    ...byType('Limits of', from?.limits, to.limits, limitOf),
    ...byType('Check of', from?.checks, to.checks, checkInWords),
    ...byType('Time to stop of', from?.timeouts, to.timeouts, (seconds = 10) => `${seconds} s`),
    ...byType('Nodes for', from?.tags, to.tags, (tags = {}) => tagText(tags) || 'any'),
  ];
  return rows.filter((row) => row.from !== row.to);
}

/** 0 is before the first. */
export function configPair(from: Release | undefined, to: Release): ConfigPair {
  return [from?.config ?? 0, to.config ?? 0];
}

function byType<T>(
  what: string,
  from: Readonly<Record<string, T>> = {},
  to: Readonly<Record<string, T>> = {},
  words: (value: T | undefined) => string,
): Difference[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].map((type) => ({
    ...{ what: `${what} ${type}`, from: words(from[type]), to: words(to[type]) },
  }));
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
