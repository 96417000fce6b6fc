import type { LogQuery } from './types.js';
import { accountCommands } from './commands/account.js';
import { alertCommands } from './commands/alerts.js';
import { buildCommands } from './commands/builds.js';
import { drainCommands } from './commands/drains.js';
import { guestCommands } from './commands/guests.js';
import { infrastructureCommands } from './commands/infrastructure.js';
import { layerCommands } from './commands/layers.js';
import { networkCommands } from './commands/network.js';
import { nodeCommands } from './commands/nodes.js';
import { peopleCommands } from './commands/people.js';
import { platformCommands } from './commands/platform.js';
import { runCommands } from './commands/runs.js';
import { serviceCommands } from './commands/services.js';
import { settingCommands } from './commands/settings.js';
import { shellWord } from './commands/shell-word.js';

/** The command of `deis` that does the same as an action of a screen. */
export const cliCommands = {
  ...infrastructureCommands,
  ...networkCommands,
  ...settingCommands,
  ...peopleCommands,
  ...accountCommands,
  ...nodeCommands,
  ...layerCommands,
  ...guestCommands,
  ...platformCommands,
  ...runCommands,
  ...alertCommands,
  ...buildCommands,
  ...drainCommands,
  ...serviceCommands,
  scale: (formation: string, counts: Readonly<Record<string, number>>) =>
    `deis scale ${pairs(counts)} -f ${formation}`,
  scaleLayers: (formation: string, counts: Readonly<Record<string, number>>) =>
    `deis layers:scale ${pairs(counts)} -f ${formation}`,
  rollBack: (formation: string, version: number) => `deis rollback v${version} -f ${formation}`,
  /** @param only a process type, or one container; empty: all */
  restart: (formation: string, only = '') => `deis restart${only === '' ? '' : ` ${only}`} -f ${formation}`,
  balance: (formation: string) => `deis balance -f ${formation}`,
  converge: (formation: string) => `deis converge -f ${formation}`,
  plan: (formation: string) => `deis plan -f ${formation}`,
  calculate: (formation: string) => `deis calculate -f ${formation}`,
  /** @param place a flavor, or the formation on whose nodes it lives; null: its own, made later */
  create: (formation: string, { flavor, on }: { readonly flavor?: string; readonly on?: string | null }) =>
    [
      'deis create',
      ...(formation === '' ? [] : [formation]),
      ...(flavor === undefined ? [] : [`--flavor=${flavor}`]),
      ...(on === undefined ? [] : [on === null ? '--own-nodes' : `--on=${on}`]),
    ].join(' '),
  destroy: (formation: string) => `deis destroy ${formation} --confirm=${formation}`,
  metrics: (formation: string, since: string) => `deis metrics --since=${since} -f ${formation}`,
  cancel: (operation: string) => `deis ops:cancel ${operation}`,
  logs: (
    formation: string,
    { ps, grep, source, since, until }: { readonly [K in keyof LogQuery]?: LogQuery[K] },
    isLive: boolean,
  ) =>
    [
      'deis logs',
      ...Object.entries({ ps, grep, source, since, until })
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => `--${name}=${shellWord(String(value))}`),
      ...(isLive ? ['--tail'] : []),
      `-f ${formation}`,
    ].join(' '),
  keptLogs: (formation: string) => `deis logs:info -f ${formation}`,
  config: (formation: string) => `deis config -f ${formation}`,
  /** Without the values. */
  setConfig: (formation: string, edits: ReadonlyMap<string, string | null>) => {
    const names = (isWanted: (value: string | null) => boolean): string[] =>
      [...edits].filter(([, value]) => isWanted(value)).map(([name]) => name);
    const set = names((value) => value !== null).map((name) => `${name}=...`);
    const unset = names((value) => value === null);
    return [
      ...(set.length > 0 ? [`deis config:set ${set.join(' ')} -f ${formation}`] : []),
      ...(unset.length > 0 ? [`deis config:unset ${unset.join(' ')} -f ${formation}`] : []),
    ].join(' && ');
  },
} as const;

function pairs(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ');
}
