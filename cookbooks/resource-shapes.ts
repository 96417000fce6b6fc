import { balancingAlgorithms } from './proxy-settings.js';
import type { ResourceKind, ResourceOf } from './resource.js';
import type { CommonProperties, Notification } from './resources/common.js';
import type { Secret } from '../base/secret.js';

/** What a property may hold; words of an enumeration as a list. */
export type Shape =
  | 'flag'
  | 'number'
  | 'text'
  | 'secret'
  | 'text or secret'
  | 'text or number'
  | 'list of text'
  | 'list of notifications'
  | 'object of text'
  | 'object of secrets'
  | 'object of text or secrets'
  | 'object'
  | readonly string[];

type Whole<T> = [T] extends [boolean]
  ? 'flag'
  : [T] extends [number]
    ? 'number'
    : [T] extends [string]
      ? string extends T
        ? 'text'
        : readonly T[]
      : Mixed<T>;
type Mixed<T> = [T] extends [Secret]
  ? 'secret'
  : [T] extends [string | Secret]
    ? 'text or secret'
    : [T] extends [string | number]
      ? 'text or number'
      : [T] extends [readonly string[]]
        ? 'list of text'
        : [T] extends [readonly Notification[]]
          ? 'list of notifications'
          : Mapped<T>;
type Mapped<T> = [T] extends [Readonly<Record<string, infer V>>]
  ? [unknown] extends [V]
    ? 'object'
    : [V] extends [string]
      ? 'object of text'
      : [V] extends [Secret]
        ? 'object of secrets'
        : 'object of text or secrets'
  : 'object';

/**
 * Properties of a type, required ones and others, each with its shape; the compiler sees that none is
 * missing.
 */
interface Shapes<T> {
  readonly required: { readonly [P in keyof T as object extends Pick<T, P> ? never : P]: Whole<T[P]> };
  readonly optional: {
    readonly [P in keyof T as object extends Pick<T, P> ? P : never]-?: Whole<NonNullable<T[P]>>;
  };
}

type OwnProperties<K extends ResourceKind> = Omit<ResourceOf<K>, 'kind' | keyof CommonProperties>;

const filed = { mode: 'text', owner: 'text', group: 'text' } as const;
const kept = ['create', 'delete'] as const;
const written = ['create', 'create_if_missing', 'delete'] as const;

/** For recipes that no compiler has checked. */
export const commonShapes: Shapes<CommonProperties> = {
  required: { name: 'text' },
  optional: {
    notifies: 'list of notifications',
    subscribes: 'list of notifications',
    onlyIf: 'list of text',
    notIf: 'list of text',
    sensitive: 'flag',
    ignoreFailure: 'flag',
    retries: 'number',
  },
};

/** The same for what each kind has beside. */
export const resourceShapes: { readonly [K in ResourceKind]: Shapes<OwnProperties<K>> } = {
  apt_repository: {
    required: { uri: 'text', suites: 'list of text', signedBy: 'text' },
    optional: { action: kept, components: 'list of text', architectures: 'list of text' },
  },
  archive: {
    required: { sha256: 'text' },
    optional: { url: 'secret', uid: 'number', userOf: 'text', owner: 'text', strip: 'number' },
  },
  container_health: { required: { port: 'number', check: 'object' }, optional: {} },
  children_absent: { required: { except: 'list of text' }, optional: {} },
  images_absent: { required: { except: 'list of text' }, optional: {} },
  containers_absent: { required: { except: 'list of text' }, optional: { graceSeconds: 'number' } },
  cron: {
    required: { command: 'text' },
    optional: {
      action: kept,
      time: ['reboot', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'],
      minute: 'text',
      hour: 'text',
      day: 'text',
      month: 'text',
      weekday: 'text',
      user: 'text',
      environment: 'object of text or secrets',
    },
  },
  directory: { required: {}, optional: { action: kept, ...filed } },
  docker_container: {
    required: {
      formation: 'text',
      image: 'text',
      environment: 'object of secrets',
      mounts: 'object of text',
      restart: ['no', 'unless-stopped'],
    },
    optional: {
      command: 'list of text',
      overlay: 'object',
      port: 'number',
      innerPort: 'number',
      network: 'text',
      user: 'text',
      workingDirectory: 'text',
      memory: 'number',
      cpus: 'number',
      pids: 'number',
      stopSeconds: 'number',
      labels: 'object of text',
    },
  },
  docker_image: {
    required: { id: 'text' },
    optional: { url: 'secret', pull: 'text', token: 'secret', login: 'secret' },
  },
  execute: {
    required: { command: 'list of text' },
    optional: {
      creates: 'text',
      onlyWhenNotified: 'flag',
      environment: 'object of text or secrets',
      cwd: 'text',
      user: 'text',
      timeoutSeconds: 'number',
    },
  },
  file: {
    required: {},
    optional: { action: written, content: 'text or secret', ...filed, verify: 'list of text' },
  },
  firewall: {
    required: { sources: 'list of text', rulesPath: 'text', restore: 'list of text' },
    optional: { bridges: 'text', fenced: 'list of text' },
  },
  group: {
    required: {},
    optional: {
      action: ['create', 'remove'],
      gid: 'number',
      members: 'list of text',
      append: 'flag',
      system: 'flag',
    },
  },
  link: { required: { to: 'text' }, optional: { action: kept } },
  mount: {
    required: { device: 'text', fstype: 'text' },
    optional: { action: ['mount', 'umount'], options: 'list of text', pass: 'number' },
  },
  nginx_backends: {
    required: {
      generation: 'number',
      algorithm: balancingAlgorithms,
      backends: 'list of text',
      endpoint: 'text',
      path: 'text',
    },
    optional: { checks: 'object of text' },
  },
  nginx_site: {
    required: { content: 'text' },
    optional: { action: kept, stream: 'text', shownBy: 'object of text', lock: 'text' },
  },
  package: {
    required: {},
    optional: {
      action: ['install', 'upgrade', 'remove', 'purge'],
      packages: 'list of text',
      version: 'text',
    },
  },
  remote_file: {
    required: { source: 'text or secret', sha256: 'text' },
    optional: { action: written, ...filed, verify: 'list of text' },
  },
  service: { required: {}, optional: { enabled: 'flag', running: 'flag', masked: 'flag' } },
  sysctl: { required: { value: 'text or number' }, optional: { action: kept } },
  template: {
    required: { source: 'text' },
    optional: { action: written, variables: 'object', folder: 'text', ...filed, verify: 'list of text' },
  },
  user: {
    required: {},
    optional: {
      action: ['create', 'remove'],
      uid: 'number',
      group: 'text',
      groups: 'list of text',
      comment: 'text',
      home: 'text',
      manageHome: 'flag',
      shell: 'text',
      system: 'flag',
    },
  },
};
