import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import { covers, parseDomain } from '../../../../../server/formation/databag/domain-name.js';
import { parseCertificate } from '../../../../../server/formation/proxies/parse-certificate.js';
import { makeCertificate } from '../../../../support/server/make-certificate.js';

const refused = (field: string, why: RegExp) => (error: unknown) =>
  error instanceof UserError &&
  error.field === field &&
  why.test(error.message) &&
  !/PRIVATE KEY/.test(error.message);

describe('a certificate that somebody gives', () => {
  const made = makeCertificate(['www.example.com', '*.Example.org', 'WWW.example.com']);
  const other = makeCertificate(['other.example.com']);
  const now = new Date();
  const day = 86_400_000;

  it('is read: names, fingerprint and end', () => {
    const { domains, fingerprint, expiresAt, certificate } = parseCertificate(
      `some text\n${made.certificate}`,
      made.key,
      now,
    );
    assert.deepEqual(domains, ['*.example.org', 'www.example.com']);
    assert.match(fingerprint, /^[0-9a-f]{64}$/);
    assert.ok(expiresAt.getTime() - now.getTime() > day);
    assert.equal(certificate.trim(), made.certificate.trim());
  });

  for (const [what, chain, key, field, why] of [
    ['no certificate', 'hello', made.key, 'certificate', /holds no PEM certificate/],
    [
      'a damaged one',
      made.certificate.replace(/^.{64}$/m, 'A'.repeat(64)),
      made.key,
      'certificate',
      /cannot be read/,
    ],
    ['no key', made.certificate, 'hello', 'key', /not a private key in PEM form/],
    ['a key of another', made.certificate, other.key, 'key', /another certificate/],
    [
      'a chain out of order',
      made.certificate + other.certificate,
      made.key,
      'certificate',
      /number 2 of the chain did not issue number 1/,
    ],
  ] as const) {
    it(`is refused: ${what}`, () => {
      assert.throws(() => parseCertificate(chain, key, now), refused(field, why));
    });
  }

  it('is refused after its end, and before its beginning', () => {
    assert.throws(
      () => parseCertificate(made.certificate, made.key, new Date(now.getTime() + 3 * day)),
      refused('certificate', /expired on 20/),
    );
    assert.throws(
      () => parseCertificate(made.certificate, made.key, new Date(now.getTime() - 3 * day)),
      refused('certificate', /is not valid before 20/),
    );
  });
});

describe('a domain', () => {
  it('is written in one way', () => {
    assert.deepEqual([' WWW.Example.com. ', '*.example.com', 'xn--bcher-kva.example'].map(parseDomain), [
      'www.example.com',
      '*.example.com',
      'xn--bcher-kva.example',
    ]);
    for (const wrong of [
      '',
      'localhost',
      'a b.com',
      'http://x.com',
      'x.com/',
      'bücher.example',
      '*.*.com',
      'a.*.com',
      '-a.com',
      '1.2.3.4',
      'x.com;',
      `${'a'.repeat(64)}.com`,
      'a\n.com',
    ]) {
      assert.throws(() => parseDomain(wrong), refused('domain', /is not a valid domain/), wrong);
    }
  });

  it('is covered by its own name, and by a wildcard for one label', () => {
    assert.deepEqual(
      [covers('a.b.c', 'a.b.c'), covers('*.b.c', 'a.b.c'), covers('*.b.c', '*.b.c')],
      [true, true, true],
    );
    assert.deepEqual(
      [covers('*.c', 'a.b.c'), covers('*.b.c', 'b.c'), covers('a.b.c', 'x.b.c'), covers('*.b.c', '*.a.b.c')],
      [false, false, false, false],
    );
  });
});
