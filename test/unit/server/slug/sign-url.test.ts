import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Secret } from '../../../../base/secret.js';
import { downloadPath, parseDownloadPath } from '../../../../server/slug/download-path.js';
import { checkSignature, signUrl } from '../../../../server/slug/sign-url.js';

const key = new Secret('k'.repeat(64));
const at = (seconds: number): Date => new Date(seconds * 1000);
const sign = (
  path: string,
  expires = 1000,
): { path: string; query: { expires: string; signature: string } } => {
  const url = new URL(signUrl('http://10.0.0.1:8001/', path, expires, key));
  return {
    path: url.pathname,
    query: { expires: url.searchParams.get('expires')!, signature: url.searchParams.get('signature')! },
  };
};

describe('signed URLs', () => {
  const { path, query } = sign('/ab/app.tgz');

  it('are good until they expire', () => {
    assert.equal(checkSignature(path, query, at(999), key), 'good');
    assert.equal(checkSignature(path, query, at(1000), key), 'expired');
  });

  it('hold for one path, one time and one key', () => {
    assert.equal(checkSignature('/ab/other.tgz', query, at(1), key), 'forged');
    assert.equal(checkSignature(path, { ...query, expires: '9999999999' }, at(1), key), 'forged');
    assert.equal(checkSignature(path, query, at(1), new Secret('other')), 'forged');
  });

  for (const broken of [
    {},
    { ...query, signature: '' },
    { ...query, signature: query.signature.slice(2) },
    { ...query, signature: `${query.signature}00` },
    { ...query, signature: 'z'.repeat(64) },
    { ...query, expires: '1e9' },
    { ...query, expires: '-1' },
  ]) {
    it(`refuse ${JSON.stringify(broken)}`, () =>
      assert.equal(checkSignature(path, broken, at(1), key), 'forged'));
  }

  it('change with every bit of the signature', () => {
    fc.assert(
      fc.property(fc.nat({ max: 255 }), (bit) => {
        const bytes = Buffer.from(query.signature, 'hex');
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        assert.equal(
          checkSignature(path, { ...query, signature: bytes.toString('hex') }, at(1), key),
          'forged',
        );
      }),
    );
  });
});

describe('download paths', () => {
  const sha = 'ab'.repeat(32);

  it('lead there and back', () => {
    assert.deepEqual(parseDownloadPath(downloadPath(`${sha}/app.tgz`)), {
      kind: 'slug',
      path: `${sha}/app.tgz`,
    });
    assert.deepEqual(parseDownloadPath(downloadPath(`sha256:${sha}`)), { kind: 'image', id: sha });
    assert.equal(downloadPath(`deis/stack:bookworm@sha256:${sha}`), `/images/${sha}.tar.gz`);
  });

  for (const path of [
    '/',
    '/../etc/passwd',
    `/${sha}/../x.tgz`,
    `/${sha}/a/b.tgz`,
    `/${sha}/.incoming-1`,
    `/images/${sha}.tar`,
    '/images/../master.key',
    `/${sha}/app.tgz/`,
  ]) {
    it(`name no file by ${path}`, () => assert.equal(parseDownloadPath(path), undefined));
  }

  it('are made for nothing else', () => assert.throws(() => downloadPath('../x')));
});
