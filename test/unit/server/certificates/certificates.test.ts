import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { certificateRequest } from '../../../../server/certificates/certificate-request.js';
import { newEcKey, thumbprintOf } from '../../../../server/certificates/ec-key.js';
import { renewalId, validityOf } from '../../../../server/certificates/issued-certificate.js';
import { selfSigned } from '../../../../server/certificates/self-signed.js';
import { Secret } from '../../../../base/secret.js';

const names = ['www.example.com', '*.example.org'];

describe('certificates that are made here', () => {
  it('are asked for by a request that openssl verifies, with every name', () => {
    const text = execFileSync('openssl', ['req', '-inform', 'DER', '-noout', '-text', '-verify'], {
      input: certificateRequest(names, newEcKey()),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    assert.match(text, /DNS:www\.example\.com, DNS:\*\.example\.org/);
    assert.match(text, /NIST CURVE: P-256/);
    assert.match(text, /ecdsa-with-SHA256/);
  });

  it('sign themselves, for names and a time', () => {
    const key = newEcKey();
    const [from, until] = [new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')];
    const pem = selfSigned(names, key, from, until);
    const certificate = new X509Certificate(pem);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(key.reveal())));
    assert.equal(certificate.subjectAltName, 'DNS:www.example.com, DNS:*.example.org');
    assert.deepEqual([certificate.subject, certificate.ca], ['CN=www.example.com', false]);
    assert.deepEqual(validityOf(pem), { from, until });
    assert.equal(renewalId(pem), undefined);
  });

  it('take a name that is longer than a common name may be', () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.com`;
    const pem = selfSigned([long], newEcKey(), new Date(), new Date(Date.now() + 1000));
    assert.equal(new X509Certificate(pem).subjectAltName, `DNS:${long}`);
  });

  it('are known to their authority as RFC 9773 says', () => {
    // The certificate of the RFC's appendix A, and what section 4.1 says of it.
    const pem = [
      '-----BEGIN CERTIFICATE-----',
      'MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt',
      'cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS',
      'BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu',
      '7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf',
      'qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B',
      'yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb',
      '+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK',
      '-----END CERTIFICATE-----',
    ].join('\n');
    assert.equal(renewalId(pem), 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
  });

  it('have keys whose thumbprint is that of RFC 7638', () => {
    const key = newEcKey();
    assert.match(thumbprintOf(key), /^[\w-]{43}$/);
    assert.equal(thumbprintOf(key), thumbprintOf(new Secret(key.reveal())));
    assert.notEqual(thumbprintOf(key), thumbprintOf(newEcKey()));
  });
});
