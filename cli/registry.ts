import type { CommandSpec, CommandTable, NamedCommand } from './command.js';
import { shortcuts } from './commands/shortcuts.js';

export interface Group {
  readonly summary: string;
  /** What `deis help GROUP` says below its commands. */
  readonly details?: string;
  /** Loaded when needed: `deis ps` reads one file of commands. */
  readonly load: () => Promise<CommandTable>;
}

const pushHelp = [
  'A push to master or main deploys: git push deis HEAD:master, whatever your branch is called',
  '(`deis config:set DEIS_DEPLOY_BRANCH=NAME` chooses another).',
  '',
  'Options of a push, each with -o before it (git push -o cancel-on-disconnect deis HEAD:master):',
  '  cancel-on-disconnect  end the deploy when this push is cut off or interrupted; without it, it goes on',
  '  dockerfile=PATH       build by this Dockerfile of what is pushed, whatever buildpacks are set',
].join('\n');

/** Every noun of `deis`, in the order of `deis help`. */
export const groups: Readonly<Record<string, Group>> = {
  auth: {
    summary: 'register, log in and out',
    load: async () => (await import('./commands/people/auth.js')).auth,
  },
  tokens: {
    summary: 'tokens for programs, and your sessions',
    load: async () => (await import('./commands/people/tokens.js')).tokens,
  },
  keys: {
    summary: 'SSH keys that may push',
    load: async () => (await import('./commands/people/keys.js')).keys,
  },
  passkeys: {
    summary: 'what signs you in to the dashboard beside the password',
    load: async () => (await import('./commands/people/passkeys.js')).passkeys,
  },
  users: {
    summary: 'people of this controller (admins)',
    load: async () => (await import('./commands/people/users.js')).users,
  },
  perms: {
    summary: 'who may do what with a formation',
    load: async () => (await import('./commands/people/perms.js')).perms,
  },
  transfers: {
    summary: 'formations offered to you, and by you',
    load: async () => (await import('./commands/people/transfers.js')).transfers,
  },
  audit: {
    summary: 'who changed what',
    load: async () => (await import('./commands/people/audit.js')).audit,
  },
  providers: {
    summary: 'clouds, with your credentials',
    load: async () => (await import('./commands/infrastructure/providers.js')).providers,
  },
  flavors: {
    summary: 'provider and launch parameters of nodes',
    load: async () => (await import('./commands/infrastructure/flavors.js')).flavors,
  },
  hosts: {
    summary: 'formations on whose nodes others live',
    load: async () => (await import('./commands/infrastructure/hosts.js')).hosts,
  },
  formations: {
    summary: 'the infrastructure of one app each',
    load: async () => (await import('./commands/app/formations.js')).formations,
  },
  layers: {
    summary: 'homogeneous nodes of a formation',
    load: async () => (await import('./commands/infrastructure/layers.js')).layers,
  },
  nodes: {
    summary: 'the virtual machines of the layers',
    load: async () => (await import('./commands/infrastructure/nodes.js')).nodes,
  },
  containers: {
    summary: "the app's processes",
    load: async () => (await import('./commands/app/containers.js')).containers,
  },
  run: { summary: 'one-off commands', load: async () => (await import('./commands/app/run.js')).run },
  logs: {
    summary: 'lines of the app that are kept',
    load: async () => (await import('./commands/app/logs.js')).logs,
  },
  metrics: {
    summary: 'what the app serves and uses, over time',
    load: async () => (await import('./commands/app/metrics.js')).metrics,
  },
  alerts: {
    summary: 'what people are told of',
    load: async () => (await import('./commands/app/alerts.js')).alerts,
  },
  hooks: {
    summary: 'URLs that are told of alerts',
    load: async () => (await import('./commands/app/hooks.js')).hooks,
  },
  drains: {
    summary: 'where lines of the app are sent to',
    load: async () => (await import('./commands/app/drains.js')).drains,
  },
  config: {
    summary: "the app's environment variables",
    load: async () => (await import('./commands/app/config.js')).config,
  },
  limits: {
    summary: 'memory and cores of process types',
    load: async () => (await import('./commands/app/settings/limits.js')).limits,
  },
  timeouts: {
    summary: 'how long process types may take to stop',
    load: async () => (await import('./commands/app/settings/timeouts.js')).timeouts,
  },
  tags: {
    summary: 'what process types ask of the nodes that they run on',
    load: async () => (await import('./commands/app/settings/tags.js')).tags,
  },
  healthchecks: {
    summary: 'how new containers show that they are well',
    load: async () => (await import('./commands/app/settings/healthchecks.js')).healthchecks,
  },
  domains: {
    summary: 'names that the app answers to',
    load: async () => (await import('./commands/app/proxies/domains.js')).domains,
  },
  certs: {
    summary: 'certificates that the proxies serve',
    load: async () => (await import('./commands/app/proxies/certs.js')).certs,
  },
  maintenance: {
    summary: 'a page in the place of the app',
    load: async () => (await import('./commands/app/proxies/maintenance.js')).maintenance,
  },
  proxy: {
    summary: 'how the proxies treat requests',
    load: async () => (await import('./commands/app/proxies/proxy.js')).proxy,
  },
  services: {
    summary: 'other formations that the app reaches by a variable',
    load: async () => (await import('./commands/app/services.js')).services,
  },
  buildpacks: {
    summary: 'what pushes are built by',
    load: async () => (await import('./commands/app/buildpacks.js')).buildpacks,
  },
  builds: {
    summary: 'what pushes were built into',
    load: async () => (await import('./commands/app/builds.js')).builds,
  },
  releases: {
    summary: 'build and config, numbered',
    load: async () => (await import('./commands/app/releases.js')).releases,
  },
  ops: {
    summary: 'operations: long work, durable and in order',
    load: async () => (await import('./commands/ops.js')).ops,
  },
  cli: { summary: 'this program itself', load: async () => (await import('./commands/cli.js')).cli },
  git: {
    summary: 'the git remote of the app',
    details: pushHelp,
    load: async () => (await import('./commands/git.js')).git,
  },
};

/** What a word on the command line names. */
export type Resolved =
  | { readonly kind: 'command'; readonly name: string; readonly spec: CommandSpec }
  | { readonly kind: 'group'; readonly name: string; readonly group: Group; readonly table: CommandTable }
  | { readonly kind: 'unknown' };

/**
 * A shortcut (`ps`), a command (`layers:scale`), or a group's word, which means its `list`, or `status` where
 * there is nothing to list.
 */
export async function resolveWord(word: string): Promise<Resolved> {
  const name = own(shortcuts, word) ?? word;
  const [noun = '', verb, ...more] = name.split(':');
  const group = own(groups, noun);
  if (group === undefined || more.length > 0) return { kind: 'unknown' };
  const table = await group.load();
  const meant = verb ?? (own(table, 'list') === undefined ? 'status' : 'list');
  const spec = own(table, meant);
  if (spec !== undefined) return { kind: 'command', name: `${noun}:${meant}`, spec };
  return verb === undefined ? { kind: 'group', name: noun, group, table } : { kind: 'unknown' };
}

/** Every command, group after group. */
export async function everyCommand(): Promise<NamedCommand[]> {
  const tables = await Promise.all(
    Object.entries(groups).map(async ([noun, group]) =>
      Object.entries(await group.load()).map(([verb, spec]) => ({ name: `${noun}:${verb}`, spec })),
    ),
  );
  return tables.flat();
}

/** Every word that `resolveWord` knows, for suggestions. */
export async function everyWord(): Promise<string[]> {
  return [
    ...Object.keys(groups),
    ...(await everyCommand()).map(({ name }) => name),
    ...Object.keys(shortcuts),
    'help',
    'version',
  ];
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
