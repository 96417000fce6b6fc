/** Where things lie on a node. */
export const places = {
  /** Node state, 0700 root: generation, lock, databag, runs. */
  state: '/var/lib/deis',
  slugs: '/opt/deis/slugs',
  firewallRules: '/etc/deis/firewall.rules',
  firewallProgram: '/usr/local/sbin/deis-firewall',
  /** What nginx restores its backends from. */
  backends: '/etc/nginx/deis/backends',
} as const;
