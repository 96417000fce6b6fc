import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import {
  generateSshKeyPair,
  hostKeyAlgorithms,
  keyFingerprint,
  rawHostKeys,
} from '../../../../provisioner/ssh/host-key.js';

describe('SSH keys', () => {
  it('are pairs that OpenSSH reads, and print no secret', () => {
    const directory = mkdtempSync(join(tmpdir(), 'deis-key-'));
    const pair = generateSshKeyPair();
    try {
      writeFileSync(join(directory, 'key'), pair.privateKey.reveal(), { mode: 0o600 });
      const derived = execFileSync('ssh-keygen', ['-y', '-f', join(directory, 'key')], { encoding: 'utf8' });
      assert.equal(derived.split(' ').slice(0, 2).join(' ').trim(), pair.publicKey);
    } finally {
      rmSync(directory, { recursive: true });
    }
    assert.equal(
      JSON.stringify(pair),
      JSON.stringify({ publicKey: pair.publicKey, privateKey: '[redacted]' }),
    );
  });

  it('are sound every time, which those of ssh2 alone are not', () => {
    for (let n = 0; n < 500; n += 1) {
      const { publicKey, privateKey } = generateSshKeyPair();
      const key = ssh2.utils.parseKey(privateKey.reveal());
      assert.ok(!(key instanceof Error));
      assert.equal(`ssh-ed25519 ${key.getPublicSSH().toString('base64')}`, publicKey);
    }
  }).timeout(20_000);

  it('are compared raw, without comment; lines that are no key are left out', () => {
    const { publicKey, privateKey } = generateSshKeyPair();
    const raw = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
    assert.deepEqual(rawHostKeys([`${publicKey} root@host`, 'nonsense', '', privateKey.reveal()]), [raw]);
    assert.match(keyFingerprint(raw), /^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  it('decide which algorithms a server is asked for', () => {
    assert.deepEqual(hostKeyAlgorithms(['ssh-ed25519 AAAA', 'ssh-rsa AAAA', 'ssh-ed25519 BBBB', 'what']), [
      'ssh-ed25519',
      'rsa-sha2-512',
      'rsa-sha2-256',
    ]);
  });
});
