import type { QuotaChanges } from '../types.js';

/** Formations on the nodes of another, who may place them there, and their ways elsewhere. */
export const guestCommands = {
  /** @param guest undefined: those to come */
  changeQuota: (formation: string, guest: string | undefined, changes: QuotaChanges) =>
    [
      'deis hosts:quota',
      ...(guest === undefined ? [] : [guest]),
      ...option('containers', changes.containers),
      ...option('memory', changes.memory),
      ...option('cpu', changes.cpus),
      ...option('disk', changes.disk),
      ...option('guests', changes.guests),
      `-f ${formation}`,
    ].join(' '),
  shareHost: (formation: string, username: string) =>
    `deis hosts:share ${username || 'USERNAME'} -f ${formation}`,
  unshareHost: (formation: string, username: string) => `deis hosts:unshare ${username} -f ${formation}`,
  setDefaultHost: (formation: string, isDefault: boolean) =>
    `deis hosts:default ${isDefault ? 'on' : 'off'} -f ${formation}`,
  /** @param on its own name: nodes of its own */
  move: (formation: string, on: string) =>
    `deis formations:move ${formation} ${on === formation ? '--off' : `--on=${on}`}`,
  finishMove: (formation: string) => `deis formations:move ${formation} --finish`,
} as const;

function option(name: string, value: string | number | null | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value ?? 'none'}`];
}
