import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import type { Secret } from '../../../../base/secret.js';
import { issueCertificate, keptAuthority, makeAuthority } from '../../../../server/registry/key-pair.js';

const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('deis-authority-'));

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
    const before = folders();
    await issueCertificate(await makeAuthority('Deis registry'), ['10.0.0.1']);
    assert.deepEqual(folders(), before);
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
