import {
  aptRepository,
  archive,
  containerHealth,
  childrenAbsent,
  containersAbsent,
  imagesAbsent,
  cron,
  debianPackage,
  directory,
  dockerContainer,
  dockerImage,
  execute,
  file,
  firewall,
  group,
  link,
  mount,
  nginxBackends,
  nginxSite,
  remoteFile,
  service,
  sysctl,
  template,
  user,
} from './author.js';
import type { Resource, ResourceKind } from './resource.js';
import { Secret } from '../base/secret.js';

const sha256 = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';
const password = "of the layer's attributes";

/** One of each kind; docs/resources.md shows their source, comments included. */
export const resourceExamples: { readonly [K in ResourceKind]: Resource } = {
  apt_repository: aptRepository('pgdg', {
    uri: 'https://apt.postgresql.org/pub/repos/apt',
    suites: ['bookworm-pgdg'],
    // A keyring that is on the node, of a remote_file for instance; or the armoured key itself.
    signedBy: '/usr/share/keyrings/pgdg.asc',
  }),
  archive: archive(`/opt/tool/${sha256}`, {
    // Signed addresses are secrets: they show in no report.
    url: new Secret('https://downloads.example.com/tool.tgz?signature=...'),
    sha256,
    // The tarball holds tool-1.2/bin/tool: without its first part, bin/tool.
    strip: 1,
    owner: 'operator',
  }),
  container_health: containerHealth('peachy-waxworks-web.1-v7-5001', {
    port: 5001,
    check: { kind: 'http', path: '/health', deadlineSeconds: 60, settleSeconds: 2 },
  }),
  children_absent: childrenAbsent('/srv/releases', { except: ['v7', 'v8'] }),
  images_absent: imagesAbsent('deis/stack', { except: [`sha256:${'a'.repeat(64)}`] }),
  containers_absent: containersAbsent('peachy-waxworks', { except: ['peachy-waxworks-web.1-v7-5001'] }),
  cron: cron('nightly-dump', {
    minute: '15',
    hour: '3',
    user: 'postgres',
    // One line for sh. A % is a %, which cron alone would take for a newline.
    command: 'pg_dump --format=custom app >/var/backups/app-$(date +%u).dump',
    environment: { MAILTO: 'operator@example.com' },
  }),
  directory: directory('/var/lib/app', { owner: 'operator', group: 'operators', mode: '0750' }),
  docker_container: dockerContainer('sidecar', {
    formation: 'peachy-waxworks',
    image: `sha256:${sha256}`,
    command: ['/usr/bin/collect', '--port', '9100'],
    // Always secret: what an app is told is nobody's business.
    environment: { TOKEN: new Secret(password) },
    mounts: { '/data': '/var/lib/app' },
    port: 9100,
    user: '1000',
    workingDirectory: '/',
    memory: 64 * 1024 * 1024,
    restart: 'unless-stopped',
  }),
  docker_image: dockerImage('example/collect:1', {
    id: `sha256:${sha256}`,
    url: new Secret('https://downloads.example.com/collect.tar?signature=...'),
  }),
  execute: execute('index the archive', {
    command: ['/opt/tool/bin/index', '--all'],
    user: 'operator',
    // Done once: it is there afterwards.
    creates: '/var/lib/app/index',
    timeoutSeconds: 120,
  }),
  file: file('/etc/app.conf', {
    content: 'workers = 4\n',
    mode: '0640',
    group: 'operators',
    // A candidate that this refuses never replaces the old file.
    verify: ['/opt/tool/bin/check', '{path}'],
    notifies: [{ resource: 'service[app]', action: 'reload' }],
  }),
  firewall: firewall('DEIS-CONTAINERS', {
    sources: ['10.0.0.5'],
    rulesPath: '/etc/deis/firewall.rules',
    restore: ['/usr/local/sbin/deis-firewall'],
  }),
  group: group('operators', { gid: 4000, members: ['ada', 'grace'], append: true }),
  link: link('/opt/tool/current', { to: sha256 }),
  mount: mount('/srv/data', { device: '/dev/vdb', fstype: 'ext4', options: ['noatime', 'nofail'], pass: 2 }),
  nginx_backends: nginxBackends('peachy-waxworks', {
    generation: 41,
    algorithm: 'round_robin',
    backends: ['10.0.0.4:5001'],
    endpoint: 'http://127.0.0.1:9091/',
    path: '/etc/nginx/deis/backends',
  }),
  nginx_site: nginxSite('status', { content: 'server {\n  listen 8080;\n  return 204;\n}\n' }),
  package: debianPackage('tools', { packages: ['htop', 'jq'] }),
  remote_file: remoteFile('/usr/local/bin/tool', {
    source: 'https://downloads.example.com/tool',
    sha256,
    mode: '0755',
  }),
  service: service('app', {
    enabled: true,
    running: true,
    // The same as a `notifies` of the file.
    subscribes: [{ resource: 'file[/etc/app.conf]', action: 'restart' }],
  }),
  sysctl: sysctl('net.ipv4.ip_local_port_range', { value: '20000 60999' }),
  template: template('/etc/app/database.yml', {
    // Below the cookbook's templates/ folder.
    source: 'database.yml.njk',
    // A Secret makes the whole file sensitive: it is written, and shown nowhere.
    variables: { host: '10.0.0.7', password: new Secret(password) },
    owner: 'operator',
    mode: '0600',
  }),
  user: user('operator', {
    uid: 4000,
    group: 'operators',
    groups: ['adm'],
    home: '/srv/operator',
    manageHome: true,
    shell: '/bin/bash',
  }),
};
