import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import { UserError } from '../../../base/errors.js';

export interface PublicKey {
  /** OpenSSH form without comment: `ssh-ed25519 AAAA...`. */
  readonly publicKey: string;
  /** `SHA256:...` as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** Empty when there is none. */
  readonly comment: string;
  readonly type: string;
}

const accepted = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
];
const smallestRsaBits = 2048;
/** Type name and 32 bytes of key, each behind its length. */
const ed25519Bytes = 4 + 'ssh-ed25519'.length + 4 + 32;

/**
 * Reads one line of an OpenSSH .pub file. @throws UserError for private keys, DSA, short RSA, several keys
 * and unreadable text.
 */
export function parsePublicKey(text: string): PublicKey {
  const line = text.trim();
  if (/PRIVATE KEY/.test(line))
    throw refusal(
      'this is a private key: keep it to yourself and send the .pub file; consider the private key exposed',
    );
  if (/[\r\n]/.test(line)) throw refusal('more than one line: send one public key at a time');
  const [type = '', encoded = '', ...comment] = line.split(/[ \t]+/);
  if (type === 'ssh-dss') throw refusal('DSA keys are too weak: make a new one with ssh-keygen -t ed25519');
  if (!accepted.includes(type))
    throw refusal(`no OpenSSH public key of a type that works here (${accepted.join(', ')})`);
  const blob = parseBlob(type, encoded);
  return {
    type,
    publicKey: `${type} ${blob.toString('base64')}`,
    fingerprint: fingerprintOf(blob),
    comment: comment.join(' '),
  };
}

/**
 * The key's bytes when they are really a key of that type: base64 with anything behind the key would have a
 * fingerprint of its own.
 */
function parseBlob(type: string, encoded: string): Buffer {
  const key = ssh2.utils.parseKey(`${type} ${encoded}`);
  if (key instanceof Error)
    throw refusal('not readable as an OpenSSH public key: send the whole line of the .pub file');
  if (key.isPrivateKey() || key.type !== type) throw refusal('not an OpenSSH public key');
  const blob = key.getPublicSSH();
  if (!Buffer.from(encoded, 'base64').equals(blob)) throw refusal('there is more in it than a public key');
  if (type === 'ssh-ed25519' && blob.length !== ed25519Bytes) throw refusal('not an OpenSSH public key');
  if (type === 'ssh-rsa' && rsaBits(blob) < smallestRsaBits)
    throw refusal(
      `RSA keys need at least ${smallestRsaBits} bits: make a new one with ssh-keygen -t ed25519`,
    );
  return blob;
}

/**
 * Bits of the modulus: the third of the length-prefixed fields of RFC 4253 section 6.6 (name, exponent,
 * modulus).
 */
function rsaBits(blob: Buffer): number {
  let offset = 0;
  for (let skipped = 0; skipped < 2; skipped += 1) offset += 4 + blob.readUInt32BE(offset);
  const modulus = blob.subarray(offset + 4, offset + 4 + blob.readUInt32BE(offset));
  return BigInt(`0x${modulus.toString('hex')}`).toString(2).length;
}

function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function refusal(message: string): UserError {
  return new UserError(message, { field: 'public' });
}
