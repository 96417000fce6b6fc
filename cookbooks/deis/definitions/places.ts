/** Where things lie on a node. */
export const places = {
  /** Node state, 0700 root: generation, lock, databag, runs. */
  state: '/var/lib/deis',
  slugs: '/opt/deis/slugs',
  /** A folder by container: what it wrote over its slug. A link to where Docker keeps its own. */
  containerFiles: '/opt/deis/containers',
  /** What sends logs: its settings and keys, 0700 root. */
  logSender: '/etc/deis/logs',
  /** Lines that could not be sent yet. */
  logSpool: '/var/lib/deis/logs',
  firewallRules: '/etc/deis/firewall.rules',
  firewallProgram: '/usr/local/sbin/deis-firewall',
  nginx: '/etc/nginx/deis',
  /** Held while a site changes, of nodes where formations converge side by side. */
  nginxLock: '/run/deis-nginx.lock',
  /** The app's own pages for errors. */
  pages: '/etc/nginx/deis/pages',
  /** 0700 root. */
  certs: '/etc/nginx/deis/certs',
  /** What nginx passes on as it is, a file by formation. */
  streams: '/etc/nginx/deis/streams',
  /** What nginx restores its backends from. */
  backends: '/etc/nginx/deis/backends',
} as const;
