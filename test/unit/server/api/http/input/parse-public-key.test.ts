import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { UserError } from '../../../../../../base/errors.js';
import { generateSshKeyPair } from '../../../../../../provisioner/ssh/host-key.js';
import { parsePublicKey } from '../../../../../../server/api/http/input/parse-public-key.js';

const { publicKey, privateKey } = generateSshKeyPair();
const pair = { public: `${publicKey} ada@laptop`, private: privateKey.reveal() };
const refuses = (text: string, message: RegExp): void => {
  assert.throws(
    () => parsePublicKey(text),
    (error) => error instanceof UserError && error.field === 'public' && message.test(error.message),
    text.slice(0, 60),
  );
};

/** An OpenSSH public key of any fields: name and values length-prefixed (RFC 4253 section 6.6). */
function encode(...fields: (string | Buffer)[]): string {
  return Buffer.concat(fields.flatMap((field) => [lengthOf(field), Buffer.from(field)])).toString('base64');
}

function lengthOf(field: string | Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(field));
  return length;
}

function rsaKey(bits: number): string {
  const { n = '' } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.from(n, 'base64url')]);
  return `ssh-rsa ${encode('ssh-rsa', Buffer.from([1, 0, 1]), modulus)}`;
}

describe('parsePublicKey', () => {
  it('reads a .pub line: key without comment, and the fingerprint of ssh-keygen -l', () => {
    // ssh-keygen -t ed25519; ssh-keygen -lf of it
    const line =
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github.com';
    const key = parsePublicKey(`${line}\n`);
    assert.equal(key.fingerprint, 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
    assert.equal(key.publicKey, line.replace(' github.com', ''));
    assert.equal(key.comment, 'github.com');
  });

  it('gives the same fingerprint whatever the comment', () => {
    const bare = pair.public.split(' ').slice(0, 2).join(' ');
    assert.equal(parsePublicKey(bare).fingerprint, parsePublicKey(`${bare} somebody else`).fingerprint);
    assert.equal(parsePublicKey(bare).comment, '');
    assert.equal(parsePublicKey(`${bare} two words`).comment, 'two words');
  });

  it('keeps every byte of a key that begins with zero, and takes no shorter one', () => {
    const line = `ssh-ed25519 ${encode('ssh-ed25519', Buffer.alloc(32))}`;
    assert.equal(parsePublicKey(line).publicKey, line);
    refuses(`ssh-ed25519 ${encode('ssh-ed25519', Buffer.alloc(31))}`, /public key/);
  });

  it('takes ecdsa and long rsa keys', () => {
    assert.equal(
      parsePublicKey(ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).public).type,
      'ecdsa-sha2-nistp256',
    );
    assert.equal(parsePublicKey(rsaKey(2048)).type, 'ssh-rsa');
  });

  it('refuses a private key and says what that means', () => refuses(pair.private, /private key/));

  it('refuses weak keys', () => {
    refuses(`ssh-dss ${encode('ssh-dss', '1', '2', '3', '4')}`, /DSA/);
    refuses(rsaKey(1024), /2048/);
  });

  it('refuses what is no key', () => {
    for (const text of [
      '',
      'hello',
      'ssh-ed25519',
      'ssh-ed25519 !!!!',
      `ssh-ed25519 ${encode('ssh-ed25519')}`,
      'ssh-ed25519 AAAA',
      'x'.repeat(20_000),
    ])
      refuses(text, /public key/);
  });

  it('refuses a key under another type and one with more bytes behind it', () => {
    const [, encoded = ''] = pair.public.split(' ');
    refuses(`ssh-rsa ${encoded}`, /public key/);
    const longer = Buffer.concat([Buffer.from(encoded, 'base64'), Buffer.from('more')]).toString('base64');
    refuses(`ssh-ed25519 ${longer}`, /public key/);
  });

  it('refuses two keys at once', () => refuses(`${pair.public}\n${pair.public}`, /one public key/));

  it('refuses options as in authorized_keys, and says where the key begins', () => {
    for (const options of ['from="10.0.0.0/8"', 'command="echo a b",no-pty', 'restrict', 'cert-authority'])
      refuses(
        `${options} ${pair.public}`,
        /options of authorized_keys, .* before the key: send the line from "ssh-ed25519" on$/,
      );
    refuses(`@revoked * ${pair.public}`, /before the key: send the line from "ssh-ed25519" on$/);
    refuses(`[127.0.0.1]:2222 ${pair.public}`, /before the key: send the line from "ssh-ed25519" on$/);
  });

  it('refuses other forms of public keys, and says how to turn them into the right one', () => {
    const [, encoded = ''] = pair.public.split(' ');
    const rfc4716 = `---- BEGIN SSH2 PUBLIC KEY ----\nComment: "ada"\n${encoded}\n---- END SSH2 PUBLIC KEY ----`;
    const { publicKey: pem } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const spki = pem.export({ type: 'spki', format: 'pem' }).toString();
    const pkcs1 = pem.export({ type: 'pkcs1', format: 'pem' }).toString();
    for (const [text, command, args] of [
      [rfc4716, /RFC 4716.*ssh-keygen -i -f FILE/, ['-m', 'RFC4716']],
      [spki, /PEM.*ssh-keygen -i -m PKCS8 -f FILE/, ['-m', 'PKCS8']],
      [pkcs1, /PEM.*ssh-keygen -i -m PEM -f FILE/, ['-m', 'PEM']],
    ] as const) {
      refuses(text, command);
      refuses(text.replaceAll('\n', '\r\n'), command);
      const folder = mkdtempSync(join(tmpdir(), 'deis-key-'));
      writeFileSync(join(folder, 'key'), `${text.trim()}\n`, { mode: 0o600 });
      const turned = execFileSync('ssh-keygen', ['-i', ...args, '-f', join(folder, 'key')]).toString();
      rmSync(folder, { recursive: true });
      assert.doesNotThrow(() => parsePublicKey(turned));
    }
    refuses('PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none', /PuTTY.*private/);
  });
});
