import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { inspect } from 'node:util';
import { makeAuthority } from '../../../../server/registry/key-pair.js';
import { registryToken } from '../../../../server/registry/registry-token.js';

const part = (text: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;

describe('a token for the registry', () => {
  it('is signed by the key of the certificate that it names, and says who may do what until when', async () => {
    const signer = await makeAuthority('tokens');
    const now = new Date('2026-11-28T12:00:00Z');
    const token = registryToken(
      signer,
      { subject: 'runtime-1', repository: 'peachy-waxworks', actions: ['pull'], lifetimeSeconds: 300 },
      now,
      'id-1',
    );
    assert.equal(inspect(token), '[redacted]');
    const [head = '', claims = '', signature = ''] = token.reveal().split('.');
    const [certificate] = part(head)['x5c'] as string[];
    const key = new X509Certificate(Buffer.from(certificate!, 'base64')).publicKey;
    const isGood = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    assert.ok(isGood);
    const seconds = now.getTime() / 1000;
    assert.deepEqual(part(claims), {
      iss: 'deis-controller',
      aud: 'deis-registry',
      sub: 'runtime-1',
      iat: seconds,
      nbf: seconds - 60,
      exp: seconds + 300,
      jti: 'id-1',
      access: [{ type: 'repository', name: 'peachy-waxworks', actions: ['pull'] }],
    });
  });
});
