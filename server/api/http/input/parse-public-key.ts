import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import { UserError } from '../../../../base/errors.js';

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
/** Forms in which other programs write public keys, and what makes OpenSSH's of them. */
const otherForms = [
  {
    begins: /^-{4} BEGIN SSH2 PUBLIC KEY/,
    name: 'the form of RFC 4716',
    command: 'ssh-keygen -i -f FILE',
  },
  { begins: /^-{5}BEGIN PUBLIC KEY/, name: 'PEM form', command: 'ssh-keygen -i -m PKCS8 -f FILE' },
  { begins: /^-{5}BEGIN RSA PUBLIC KEY/, name: 'PEM form', command: 'ssh-keygen -i -m PEM -f FILE' },
];
/** Type name and 32 bytes of key, each behind its length. */
const ed25519Bytes = 4 + 'ssh-ed25519'.length + 4 + 32;

/**
 * Reads one line of an OpenSSH .pub file. @throws UserError for private keys, DSA, short RSA, several keys
 * and unreadable text.
 */
export function parsePublicKey(text: string): PublicKey {
  const line = text.trim();
  if (/PRIVATE KEY|^PuTTY-User-Key-File/.test(line))
    throw refusal(
      'this is a private key (of OpenSSH or PuTTY): keep it to yourself and send the public one; consider the ' +
        'private key exposed',
    );
  const form = otherForms.find(({ begins }) => begins.test(line));
  if (form !== undefined)
    throw refusal(`this public key is in ${form.name}: turn it into OpenSSH's with \`${form.command}\``);
  if (/[\r\n]/.test(line)) throw refusal('more than one line: send one public key at a time');
  const [type = '', encoded = '', ...comment] = line.split(/[ \t]+/);
  if (type === 'ssh-dss') throw refusal('DSA keys are too weak: make a new one with ssh-keygen -t ed25519');
  if (!accepted.includes(type)) throw refusal(wrongBeginning(line));
  const blob = parseBlob(type, encoded);
  return {
    type,
    publicKey: `${type} ${blob.toString('base64')}`,
    fingerprint: fingerprintOf(blob),
    comment: comment.join(' '),
  };
}

/** What is wrong with a line that does not begin with a type that works here. */
function wrongBeginning(line: string): string {
  const later = accepted.find((type) => line.includes(` ${type} AAAA`));
  return later === undefined
    ? `no OpenSSH public key of a type that works here (${accepted.join(', ')})`
    : `there are options of authorized_keys, or a host name, before the key: send the line from "${later}" on`;
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
