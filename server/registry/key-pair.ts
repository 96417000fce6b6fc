import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isIP } from 'node:net';
import { execa } from 'execa';
import { UserError } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import type { InstanceFactStore } from '../store/instance-fact-store.js';

/** A certificate and the key that belongs to it, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: Secret;
}

const years = (count: number): string => String(count * 365);
const deadlineMs = 30_000;

/** A certificate authority of our own, good for 20 years. @throws UserError when this host has no openssl */
export function makeAuthority(name: string): Promise<KeyPair> {
  return makePair([
    ['-days', years(20), '-subj', `/CN=${name}`],
    ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'],
  ]);
}

/**
 * A server's certificate by an authority, for these host names and addresses, good for 5 years.
 * @throws UserError when this host has no openssl
 */
export async function issueCertificate(authority: KeyPair, hosts: readonly string[]): Promise<KeyPair> {
  // openssl reads keys from files; this one is ours alone, and is gone in a moment.
  const folder = await mkdtemp(join(tmpdir(), 'deis-authority-'));
  try {
    const file = join(folder, 'authority.pem');
    await writeFile(file, `${authority.certificate}${authority.key.reveal()}`, { mode: 0o600 });
    const names = hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`);
    return await makePair([
      ['-CA', file, '-CAkey', file, '-days', years(5), '-subj', '/CN=registry'],
      ['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'],
      ['-addext', `subjectAltName=${names.join(',')}`],
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The instance's authority of that name: made once, kept with its facts. */
export async function keptAuthority(
  facts: Pick<InstanceFactStore, 'getOrCreate'>,
  fact: string,
  name: string,
): Promise<KeyPair> {
  const kept = await facts.getOrCreate(fact, async () => {
    const { certificate, key } = await makeAuthority(name);
    return new Secret(`${certificate}${key.reveal()}`);
  });
  return parsePair(kept.reveal());
}

/** Who issues the registry's certificate, and who signs its tokens: the instance's own, made once. */
export async function registryAuthorities(facts: Pick<InstanceFactStore, 'getOrCreate'>) {
  const [server, tokens] = await Promise.all([
    keptAuthority(facts, 'registry_authority', 'Deis registry'),
    keptAuthority(facts, 'registry_tokens', 'Deis registry tokens'),
  ]);
  return { server, tokens };
}

async function makePair(args: readonly (readonly string[])[]): Promise<KeyPair> {
  const { stdout } = await execa(
    'openssl',
    [
      ...['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-keyout', '-', ...args.flat()],
    ],
    { timeout: deadlineMs, stdin: 'ignore' },
  ).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw new Error('openssl made no certificate');
    throw new UserError('the registry needs openssl for its certificates: apt-get install openssl', {
      cause,
    });
  });
  return parsePair(stdout);
}

function parsePair(text: string): KeyPair {
  const block = (label: string): string => {
    const [found] = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(text) ?? [];
    if (found === undefined) throw new Error(`openssl gave no ${label}`);
    return `${found}\n`;
  };
  return { certificate: block('CERTIFICATE'), key: new Secret(block('PRIVATE KEY')) };
}
