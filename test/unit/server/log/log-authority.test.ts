import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Secret } from '../../../../base/secret.js';
import { logPeers } from '../../../../cookbooks/deis/definitions/log-sender.js';
import { LogAuthority } from '../../../../server/log/log-authority.js';

describe('the authority of logs', () => {
  const secret = new Secret('ab'.repeat(32));
  const node = { id: 'f3a1', createdAt: new Date('2026-11-29T10:00:00.123Z') };

  it('gives a node the same certificate each time, and another one to another node', async () => {
    const [one, again] = [await LogAuthority.of(secret), await LogAuthority.of(secret)];
    assert.equal(one.certificate, again.certificate);
    const [first, second] = [await one.ofNode(node), await again.ofNode(node)];
    assert.equal(first.certificate, second.certificate);
    assert.equal(first.key.reveal(), second.key.reveal());
    const other = await one.ofNode({ ...node, id: 'f3a2' });
    assert.notEqual(other.certificate, first.certificate);
    assert.notEqual(other.key.reveal(), first.key.reveal());
  });

  it('certifies both ends by the names that the other end asks for, and their own keys', async () => {
    const authority = await LogAuthority.of(secret);
    const issuer = new X509Certificate(authority.certificate);
    const ends = { node: await authority.ofNode(node), server: await authority.ofServer(new Date()) };
    for (const end of ['node', 'server'] as const) {
      const certificate = new X509Certificate(ends[end].certificate);
      assert.ok(certificate.verify(issuer.publicKey) && certificate.checkIssued(issuer));
      assert.equal(certificate.checkHost(logPeers[end]), logPeers[end]);
      assert.equal(certificate.checkHost(logPeers[end === 'node' ? 'server' : 'node']), undefined);
      assert.ok(certificate.checkPrivateKey(createPrivateKey(ends[end].key.reveal())));
      assert.equal(certificate.ca, false);
    }
    assert.ok(issuer.ca);
  });

  it('is another one by another secret', async () => {
    const [one, other] = [await LogAuthority.of(secret), await LogAuthority.of(new Secret('cd'.repeat(32)))];
    const { certificate } = await other.ofNode(node);
    assert.ok(!new X509Certificate(certificate).verify(new X509Certificate(one.certificate).publicKey));
    assert.notEqual(one.formationKey(1), other.formationKey(1));
  });

  it('names each formation so that nobody guesses it', async () => {
    const authority = await LogAuthority.of(secret);
    const keys = [1, 2, 11].map((id) => authority.formationKey(id));
    assert.ok(keys.every((key) => /^[0-9a-f]{32}$/.test(key)));
    assert.equal(new Set(keys).size, 3);
  });
});
