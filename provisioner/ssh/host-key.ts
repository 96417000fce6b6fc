import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { Secret } from '../../base/secret.js';

export interface SshKeyPair {
  /** `ssh-ed25519 AAAA...`, without comment. */
  readonly publicKey: string;
  /** OpenSSH private key, unencrypted. */
  readonly privateKey: Secret;
}

const signatureAlgorithms: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/**
 * ssh2 1.17 encodes about one ed25519 key in 160 wrongly (it drops a leading zero): such a pair is thrown
 * away.
 */
const attempts = 20;

/** A new ed25519 key pair, for a host or for a layer's user. */
export function generateSshKeyPair(): SshKeyPair {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (isSound(pair)) return { publicKey: pair.public.trim(), privateKey: new Secret(pair.private) };
  }
  throw new Error(`none of ${attempts} new ed25519 key pairs could be used: is the ssh2 package intact?`);
}

/**
 * The pair of a private key that somebody brings. @throws Error for a text that is no private key, or one
 * with a passphrase
 */
export function keyPairOf(privateKey: Secret): SshKeyPair {
  const key = ssh2.utils.parseKey(privateKey.reveal());
  if (key instanceof Error || !key.isPrivateKey())
    throw new Error('it is not a private key in OpenSSH or PEM form without a passphrase');
  return { publicKey: `${key.type} ${key.getPublicSSH().toString('base64')}`, privateKey };
}

/** The raw keys of lines in OpenSSH's public form; lines that are none are left out. */
export function rawHostKeys(lines: readonly string[]): Buffer[] {
  return lines.flatMap((line) => {
    const key = ssh2.utils.parseKey(line);
    return key instanceof Error || key.isPrivateKey() ? [] : [key.getPublicSSH()];
  });
}

/** Which host key algorithms to offer, so that the server answers with a key of a pinned kind. */
export function hostKeyAlgorithms(lines: readonly string[]): ServerHostKeyAlgorithm[] {
  const kinds = new Set(lines.map((line) => line.split(' ')[0] ?? ''));
  return [...kinds].flatMap((kind) => signatureAlgorithms[kind] ?? []);
}

/** `SHA256:...` of a raw public key, as `ssh-keygen -l` prints it. */
export function keyFingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function isSound(pair: { private: string; public: string }): boolean {
  const key = ssh2.utils.parseKey(pair.private);
  const published = ssh2.utils.parseKey(pair.public);
  if (key instanceof Error || published instanceof Error) return false;
  const probe = Buffer.from('deis');
  const signature = key.sign(probe);
  return !(signature instanceof Error) && published.verify(probe, signature) === true;
}
