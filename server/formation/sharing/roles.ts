/**
 * What somebody is to a formation, from least to most. Everybody else is a stranger, to whom it does not
 * exist.
 */
export const roles = ['viewer', 'collaborator', 'admin', 'owner'] as const;
export type MemberRole = (typeof roles)[number];

/** Roles that are given; a formation has one owner, who hands it over by a transfer. */
export const givenRoles = ['viewer', 'collaborator', 'admin'] as const;
export type GivenRole = (typeof givenRoles)[number];

/**
 * What can be done to a formation -> the least role that may. Every endpoint and the git endpoint go by this
 * table, and docs/people.md shows it.
 */
export const leastRole = {
  /**
   * The formation, its layers, nodes, containers, builds, releases and operations; config, databag and
   * attributes with values masked.
   */
  see: 'viewer',
  /** What the app writes. */
  logs: 'viewer',
  /** Values of config and of layers' attributes in clear. */
  readConfig: 'collaborator',
  /** Push and fetch code. */
  push: 'collaborator',
  /** Config, drains, limits, rollback, converge, cancel operations. */
  deploy: 'collaborator',
  /** Numbers of containers, and where they run. */
  scale: 'collaborator',
  /** Commands in a container, with the config in its environment. */
  run: 'collaborator',
  /** Formations of one's own on its nodes: they run there beside it. */
  host: 'collaborator',
  /** Its proxies' port, where it takes connections of TCP, for formations that one attaches to it. */
  use: 'collaborator',
  /** Layers and nodes, of one's own flavors and those shared with the formation; commands on nodes. */
  infrastructure: 'admin',
  /** Domains, certificates, settings of proxies, on which host's nodes it lives; alerts and hooks. */
  network: 'admin',
  /** Other people's roles, and their leave to place formations on its nodes; who did what. */
  share: 'admin',
  transfer: 'owner',
  destroy: 'owner',
} as const satisfies Readonly<Record<string, MemberRole>>;

export type Action = keyof typeof leastRole;

/** Whether the table lets this role do it. */
export function isAllowed(role: MemberRole, action: Action): boolean {
  return roles.indexOf(role) >= roles.indexOf(leastRole[action]);
}
