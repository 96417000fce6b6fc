import type { GivenCheck, LimitChanges, ProxyChanges, TagChanges, TimeoutChanges } from '../types.js';
import { shellWord } from './shell-word.js';

/** Settings of an app and its proxies: one command for each kind of change, joined by `&&`. */
export const settingCommands = {
  setLimits: (formation: string, { memory = {}, cpus = {} }: LimitChanges) =>
    joined(formation, [...changed('limits', memory), ...changed('limits', cpus, ' --cpu')]),
  setTimeouts: (formation: string, changes: TimeoutChanges) =>
    joined(formation, changed('timeouts', changes)),
  setTags: (formation: string, changes: TagChanges) =>
    joined(
      formation,
      Object.entries(changes).flatMap(([type, tags]) =>
        tags === null ? [`deis tags:unset ${type}`] : changed('tags', tags, ` ${type}`),
      ),
    ),
  setProxy: (formation: string, changes: ProxyChanges) => joined(formation, changed('proxy', changes)),
  maintenance: (formation: string, enabled: boolean) =>
    `deis maintenance:${enabled ? 'on' : 'off'} -f ${formation}`,
  setHealthCheck: (formation: string, type: string, check: GivenCheck | null) =>
    check === null
      ? `deis healthchecks:unset ${type} -f ${formation}`
      : `deis healthchecks:set ${type} ${settingsOf(check)} -f ${formation}`,
} as const;

function joined(formation: string, lines: readonly string[]): string {
  return lines.map((line) => `${line} -f ${formation}`).join(' && ');
}

/** What is set, and what is put back (null). @param words before these */
function changed(noun: string, values: object, words = ''): string[] {
  const all = Object.entries(values) as [string, unknown][];
  const set = all
    .filter(([, value]) => value !== null)
    .map(([name, value]) => shellWord(`${name}=${textOf(value)}`));
  const unset = all.filter(([, value]) => value === null).map(([name]) => name);
  return [
    ...(set.length > 0 ? [`deis ${noun}:set${words} ${set.join(' ')}`] : []),
    ...(unset.length > 0 ? [`deis ${noun}:unset${words} ${unset.join(' ')}`] : []),
  ];
}

/** As `proxy:set` reads it: `on`, `10.0.0.0/8,10.9.9.9`, `503:https://...,504:off`. */
function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, url]) => `${name}:${url === null ? 'off' : String(url)}`)
    .join(',');
}

function settingsOf({ kind, status, ...rest }: GivenCheck): string {
  const settings = [
    ...(kind === 'http' && rest.path !== undefined ? [] : [`kind=${kind}`]),
    ...(status === undefined ? [] : [`status=${status.join('-')}`]),
    ...Object.entries(rest).map(([name, value]) => `${name}=${value}`),
  ];
  return settings.join(' ');
}
