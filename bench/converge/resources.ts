import type { Resource } from '../../cookbooks/resource.js';

/**
 * The template's text, for a colour: what "one changed template" changes. Ansible renders the same from
 * `ansibleTemplate`.
 */
const template = (colour: string): string =>
  `# made by a benchmark\nfirst = ${colour}\nsecond = ${colour}\nthird = 3\n`;
export const ansibleTemplate = template('{{ colour }}');

export const siteText =
  'server {\n    listen 8081;\n    server_name bench.example.com;\n    location / { return 204; }\n}\n';
const motd = 'Machine of a benchmark.\n';
const environment = 'ONE=1\nTWO=2\n';
export const fileTexts = { motd, environment } as const;

/**
 * The 13 resources: three packages, a user, three directories, three files (one of a template), two services,
 * a site; and the default site absent.
 */
export function benchResources(colour: string): Resource[] {
  return [
    { kind: 'package', name: 'nginx' },
    { kind: 'package', name: 'curl' },
    { kind: 'package', name: 'sudo' },
    { kind: 'user', name: 'bench', home: '/srv/bench', shell: '/bin/sh', comment: 'Benchmark' },
    { kind: 'directory', name: '/srv/bench', owner: 'bench', group: 'bench', mode: '0750' },
    { kind: 'directory', name: '/srv/bench/data', owner: 'bench', group: 'bench' },
    { kind: 'directory', name: '/etc/bench' },
    { kind: 'file', name: '/etc/bench/motd', content: motd },
    { kind: 'file', name: '/etc/bench/environment', content: environment, mode: '0600' },
    { kind: 'file', name: '/etc/bench/bench.conf', content: template(colour), owner: 'bench' },
    { kind: 'nginx_site', name: 'default', action: 'delete', content: '' },
    { kind: 'nginx_site', name: 'bench', content: siteText },
    { kind: 'service', name: 'nginx', enabled: true, running: true },
    { kind: 'service', name: 'ssh', enabled: true, running: true },
  ];
}

/** Makes a node as it was before, packages aside: for a first converge once more. */
export const resetScript = [
  'systemctl disable --quiet --now nginx',
  'rm -rf /srv/bench /etc/bench /etc/nginx/sites-enabled/bench',
  'ln -sf /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default',
  '! getent passwd bench >/dev/null || userdel bench',
].join('\n');
