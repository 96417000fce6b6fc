import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { byteSize } from '../../base/byte-size.js';
import { Secret } from '../../base/secret.js';
import { isMailAddress } from '../mail-address.js';
import { parseFaults } from '../operation/faults.js';
import { serversOf } from '../store/database-url.js';
import { commaList } from './comma-list.js';

// What the text of a setting may be, and what it becomes.

export const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'is not a valid number of seconds: expected e.g. 30')
  .transform(Number)
  .pipe(z.number().positive('must be more than 0').max(86_400, 'must be at most 86400'));
export const count = z
  .string()
  .regex(/^\d+$/, 'is not a valid whole number: expected e.g. 5')
  .transform(Number)
  .pipe(z.number().min(1, 'must be at least 1').max(100_000, 'must be at most 100000'));
export const secondsOrNever = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'is not a valid number of seconds: expected e.g. 30')
  .transform(Number)
  .pipe(z.number().max(86_400, 'must be at most 86400'));
export const port = z
  .string()
  .regex(/^\d+$/, 'is not a valid port number: expected 0 to 65535')
  .transform(Number)
  .pipe(z.number().max(65_535, 'is not a valid port number: expected 0 to 65535'));
export const path = z.string().refine(isAbsolute, 'must be an absolute path');
export const host = z
  .string()
  .regex(
    /^[A-Za-z0-9.:-]+$/,
    'is not a valid address or host name: expected e.g. 10.0.0.5 or deis.example.com',
  );
/** Of names that are below it: two labels or more, in lower case. */
export const domain = z
  .string()
  .regex(
    /^(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'is not a valid domain: expected e.g. apps.example.com',
  );
export const url = z
  .string()
  .refine(isHttpUrl, 'is not a valid http(s) URL: expected e.g. https://deis.example.com')
  .transform((text) => text.replace(/\/+$/, ''));
export const registryUrl = z
  .string()
  .refine(
    (text) =>
      /^https:\/\/[^@?#\s]+$/.test(text) && URL.canParse(text) && isRepositoryPath(new URL(text).pathname),
    'is not a valid registry: expected e.g. https://registry.example.com or https://registry.example.com/deis',
  )
  .transform((text) => {
    const { hostname, port: given, pathname } = new URL(text);
    const port = given === '' ? 443 : Number(given);
    return { host: hostname.replace(/^\[|\]$/g, ''), port, path: pathname.replace(/^\/|\/+$/g, '') };
  });
export const proxies = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine(
    (all) => all.every(isPeer),
    'is not a valid comma-separated list of addresses and CIDRs, e.g. 127.0.0.1,10.0.0.0/8',
  );
export const networks = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine(
    (all) => all.every(isNetwork),
    'is not a valid comma-separated list of IPv4 networks, e.g. 203.0.113.7/32',
  );
export const s3Address = z
  .string()
  .regex(
    /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/\w[\w.-]*)*\/?$/,
    'is not a valid store: expected s3://BUCKET or s3://BUCKET/PREFIX',
  )
  .transform((text) => {
    const [bucket = '', ...prefix] = text.slice('s3://'.length).replace(/\/$/, '').split('/');
    return { bucket, prefix: prefix.join('/') };
  });
export const backupPlace = z
  .string()
  .regex(
    /^(?:\/.+|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/\w[\w.-]*)*\/?)$/,
    'is not a valid place of backups: expected a folder, e.g. /var/backups/deis, or s3://BUCKET/PREFIX',
  );
export const recipients = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine(
    (all) => all.every((each) => /^age1[a-z0-9]{20,4000}$/.test(each)),
    'is not a valid comma-separated list of recipients of age: expected e.g. age1ls4jyz...',
  );
/** At most a week; 0 is never. */
export const hours = z
  .string()
  .regex(/^\d{1,3}$/, 'is not a valid whole number of hours: expected e.g. 24')
  .transform(Number)
  .pipe(z.number().max(168, 'must be at most 168'));
export const yesOrNo = z
  .enum(['yes', 'no'], 'is not valid: expected yes or no')
  .transform((text) => text === 'yes');
export const secret = z.string().transform((text) => new Secret(text));
export const mailAddress = z
  .string()
  .refine(isMailAddress, 'is not a valid address of mail: expected e.g. deis@example.com');
export const bytes = z
  .string()
  .regex(/^\d{1,15}[kmg]?$/i, 'is not a valid size: expected bytes, or a number with k, m or g, e.g. 512m')
  .transform(byteSize);
export const postgresUrl = z
  .string()
  .refine(
    isPostgresUrl,
    'is not a valid postgres:// URL: expected e.g. postgres://user:password@host:5432/deis',
  );
export const faults = z.string().optional().transform(toFaults);

export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Of single hosts. */
export const addresses = commaList.pipe(
  z
    .array(z.string().refine((text) => isIP(text) !== 0, 'names something that is not an IP address'))
    .min(1, 'names no address'),
);

/** Parts of the controller that run in one process or in several. */
export const roleNames = ['api', 'git', 'worker', 'build', 'slug', 'registry', 'log'] as const;
export type ProcessRole = (typeof roleNames)[number];
export const roles = commaList.pipe(
  z.array(z.enum(roleNames, `names a role that is none of ${roleNames.join(', ')}`)).min(1, 'names no role'),
);

function toFaults(text: string | undefined, context: z.RefinementCtx) {
  try {
    return parseFaults(text ?? '');
  } catch (error) {
    context.addIssue({ code: 'custom', message: `: ${(error as Error).message}` });
    return z.NEVER;
  }
}

/** Whether Express takes it for `trust proxy`; everybody (`/0`) is no proxy. */
function isPeer(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', length, ...more] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (bits === 0 || address.includes('%') || more.length > 0) return false;
  return length === undefined || (/^[1-9]\d{0,2}$/.test(length) && Number(length) <= bits);
}

function isNetwork(text: string): boolean {
  const [address = '', length, ...more] = text.split('/');
  return (
    isIP(address) === 4 &&
    more.length === 0 &&
    length !== undefined &&
    /^\d{1,2}$/.test(length) &&
    Number(length) <= 32
  );
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function isPostgresUrl(text: string): boolean {
  return serversOf(text).every(
    (url) => URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol),
  );
}

/** What stands before the names of repositories: as registries take it. */
function isRepositoryPath(path: string): boolean {
  return /^\/(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/|$)){0,6}$/.test(path) && path.length <= 128;
}
