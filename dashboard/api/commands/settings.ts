import type { GivenCheck, LimitChanges } from '../types.js';

/** Limits and health checks: one command for each kind of change, joined by `&&`. */
export const settingCommands = {
  setLimits: (formation: string, { memory = {}, cpus = {} }: LimitChanges) =>
    [...ofKind('', memory), ...ofKind(' --cpu', cpus)].map((line) => `${line} -f ${formation}`).join(' && '),
  setHealthCheck: (formation: string, type: string, check: GivenCheck | null) =>
    check === null
      ? `deis healthchecks:unset ${type} -f ${formation}`
      : `deis healthchecks:set ${type} ${settingsOf(check)} -f ${formation}`,
} as const;

function ofKind(option: string, amounts: Readonly<Record<string, string | number | null>>): string[] {
  const all = Object.entries(amounts);
  const set = all.filter(([, amount]) => amount !== null).map(([type, amount]) => `${type}=${amount}`);
  const unset = all.filter(([, amount]) => amount === null).map(([type]) => type);
  return [
    ...(set.length > 0 ? [`deis limits:set${option} ${set.join(' ')}`] : []),
    ...(unset.length > 0 ? [`deis limits:unset${option} ${unset.join(' ')}`] : []),
  ];
}

function settingsOf({ kind, status, ...rest }: GivenCheck): string {
  const settings = [
    ...(kind === 'http' && rest.path !== undefined ? [] : [`kind=${kind}`]),
    ...(status === undefined ? [] : [`status=${status.join('-')}`]),
    ...Object.entries(rest).map(([name, value]) => `${name}=${value}`),
  ];
  return settings.join(' ');
}
