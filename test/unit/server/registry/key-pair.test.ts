import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Secret } from '../../../../base/secret.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { issueCertificate, keptAuthority, makeAuthority } from '../../../../server/registry/key-pair.js';

describe('key pairs of the registry', () => {
  it('are an authority, and servers that it vouches for by name and address', async () => {
    const authority = await makeAuthority('Deis registry');
    const pair = await issueCertificate(authority, ['10.0.0.1', 'controller.example.com']);
    const [parent, leaf] = [authority, pair].map(({ certificate }) => new X509Certificate(certificate));
    assert.ok(parent!.ca && !leaf!.ca);
    assert.ok(leaf!.checkIssued(parent!) && leaf!.verify(parent!.publicKey));
    assert.ok(leaf!.checkPrivateKey(createPrivateKey(pair.key.reveal())));
    assert.equal(leaf!.checkIP('10.0.0.1'), '10.0.0.1');
    assert.equal(leaf!.checkHost('controller.example.com'), 'controller.example.com');
    assert.equal(leaf!.checkHost('another.example.com'), undefined);
    assert.doesNotMatch(inspect([authority, pair]), /PRIVATE/);
  });

  it('leave no key behind in a file', async () => {
    // A place that no other process writes to.
    const place = mkdtempSync(join(tmpdir(), 'deis-key-pair-'));
    const { TMPDIR: before } = process.env;
    process.env['TMPDIR'] = place;
    try {
      const made = issueCertificate(await makeAuthority('Deis registry'), ['10.0.0.1']);
      await waitUntil(async () => (readdirSync(place).length > 0 ? true : undefined), {
        deadlineMs: 5_000,
        intervalMs: 0,
        what: 'the file that openssl reads',
      });
      await made;
      assert.deepEqual(readdirSync(place), []);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      rmSync(place, { recursive: true });
    }
  });

  it('of an instance are made once', async () => {
    const facts = new Map<string, Secret>();
    const store = {
      async getOrCreate(key: string, make: () => Secret | Promise<Secret>): Promise<Secret> {
        const value = facts.get(key) ?? (await make());
        facts.set(key, value);
        return value;
      },
    };
    const first = await keptAuthority(store, 'registry-authority', 'Deis registry');
    const again = await keptAuthority(store, 'registry-authority', 'Deis registry');
    const other = await keptAuthority(store, 'registry-tokens', 'Deis registry tokens');
    assert.equal(again.certificate, first.certificate);
    assert.equal(again.key.reveal(), first.key.reveal());
    assert.notEqual(other.key.reveal(), first.key.reveal());
  });
});
