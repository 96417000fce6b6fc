import { isIPv4 } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { roleNames } from '../../settings/setting-schemas.js';

/*
 * The file of `deis-controller install`: which hosts there are, and what each does for the control plane. Every
 * message says what is expected; where it stands and what was there is said by who reads the file.
 */

const text = (expected: string, isRight: (value: string) => boolean) =>
  z.string(expected).refine(isRight, expected);
const like = (expected: string, pattern: RegExp) => text(expected, (value) => pattern.test(value));

/** Of an object all fields are known, so that a misspelt one is told. */
function fields<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, `expected an object of ${Object.keys(shape).join(', ')}`);
}

const hostNameForm = 'expected a name of letters, digits and -, e.g. one';
const hostName = like(hostNameForm, /^[a-z][a-z0-9-]{0,30}$/);
const ipv4 = text('expected an IPv4 address, e.g. 10.0.0.5', isIPv4);
const portForm = 'expected a port, 1 to 65535, e.g. 22';
const port = z.int(portForm).min(1, portForm).max(65_535, portForm);
const path = text('expected a path, e.g. keys/id_ed25519', (value) => value !== '');
/** Of a host; homes and /tmp are closed to the service. */
const folder = text(
  'expected an absolute path outside of /home, /root and /tmp, e.g. /var/lib/deis-controller',
  (value) => isAbsolute(value) && /^[\w./-]+$/.test(value) && !/^\/(home|root|tmp|run)(\/|$)/.test(value),
);
const isPlace = (value: string): boolean => /^(none|\/[\w./-]+|s3:\/\/\S+)$/.test(value);

const host = fields({
  address: like(
    'expected an address or a name that SSH goes to, e.g. 203.0.113.10',
    /^[A-Za-z0-9.:-]{1,253}$/,
  ),
  /** Where the other hosts of the control plane reach it. */
  private_address: ipv4.optional(),
  port: port.default(22),
  user: like('expected the name of a user with sudo, e.g. deis', /^[a-z_][a-z0-9_-]{0,31}$/).default('deis'),
  host_key: like(
    'expected the fingerprint that `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints there, e.g. ' +
      'SHA256:kGq..., or the whole line of that file',
    /^(SHA256:[A-Za-z0-9+/]{43}|(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?)$/,
  ).optional(),
});

const controller = fields({
  host: hostName,
  roles: z
    .array(z.enum(roleNames, `expected one of ${roleNames.join(', ')}`), 'expected a list of roles')
    .min(1, 'expected a role at least')
    .default([...roleNames]),
  /** Whether the images of builds are made on it, where it builds. */
  build_images: z.boolean('expected true or false').default(true),
});

/** A CA that the API orders its certificate from. */
const acme = fields({
  agree: z.literal(true, "expected true: you agree to the CA's terms of service"),
  email: like('expected an address of mail, e.g. ops@example.com', /^[^\s@,<>]+@[^\s@,<>]+$/).optional(),
  directory: like('expected the https URL of the directory of a CA', /^https:\/\/[^\s"\\$`]+$/).optional(),
  /** PEM of authorities that speak for the CA's own host. */
  ca_file: path.optional(),
});

const setting = z.union(
  [z.string(), z.number(), fields({ file: path })],
  'expected a text, a number, or an object of file: a path whose content is the value',
);

export const planeFile = fields({
  public_url: text(
    'expected the https URL that people use, without a path, e.g. https://deis.example.com',
    isPublicUrl,
  ).transform((value) => value.replace(/\/$/, '')),
  ssh_key: path,
  node_version: like('expected a version of Node.js, e.g. 22.12.0', /^\d+\.\d+\.\d+$/).optional(),
  data_dir: folder.default('/var/lib/deis-controller'),
  hosts: z.record(hostName, host, 'expected an object of hosts by name, e.g. one: { address: 203.0.113.10 }'),
  postgresql: fields({
    host: hostName.optional(),
    port: port.default(5432),
    /** Where a copy follows it. */
    standby: hostName.optional(),
    /** Of a database that is there already: a file with its URL. */
    url_file: path.optional(),
  }),
  controllers: z.array(controller, 'expected a list of controllers').min(1, 'expected a controller at least'),
  proxy: fields({
    host: hostName,
    tls: fields({
      certificate: path.optional(),
      key: path.optional(),
      self_signed: z.literal(true, 'expected true, or nothing').optional(),
      acme: acme.optional(),
    }),
    ipv6: z.boolean('expected true or false').default(false),
  }),
  backups: fields({
    to: text(
      'expected a folder, e.g. /var/backups/deis, or s3://BUCKET/PREFIX; none where you back up otherwise',
      isPlace,
    ),
    recipients: z
      .array(
        like(
          'expected a recipient of age, which `deis-controller backup key FILE` prints',
          /^age1[a-z0-9]{20,4000}$/,
        ),
        'expected a list of recipients',
      )
      .default([]),
    every_hours: z.int(hoursForm()).min(1, hoursForm()).max(168, hoursForm()).default(24),
  }),
  settings: z
    .record(
      like('expected the name of a setting, e.g. DEIS_DOMAIN', /^[A-Z][A-Z0-9_]*$/),
      setting,
      'expected an object of settings, e.g. DEIS_DOMAIN: apps.example.com',
    )
    .default({}),
});

/** What is in the file. */
export type PlaneFile = z.output<typeof planeFile>;
export type PlaneFileController = PlaneFile['controllers'][number];
export type PlaneFileHost = PlaneFile['hosts'][string];

/** Whether nginx passes TLS on as it is, to APIs that have a certificate themselves, by ACME; else nginx has one. */
export function passesTls({ proxy }: Pick<PlaneFile, 'proxy'>): boolean {
  return proxy.tls.acme !== undefined;
}

function hoursForm(): string {
  return 'expected hours between two backups, 1 to 168, e.g. 24';
}

function isPublicUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, pathname, search, hash, username, hostname } = new URL(value);
  const isPlain = pathname === '/' && search === '' && hash === '' && username === '';
  return protocol === 'https:' && isPlain && !hostname.startsWith('[');
}
