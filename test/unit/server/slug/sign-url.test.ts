import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Secret } from '../../../../base/secret.js';
import { downloadPath, parseDownloadPath } from '../../../../server/slug/download-path.js';
import {
  checkSignature,
  signUrl,
  type SignatureVerdict,
  type SignedQuery,
} from '../../../../server/slug/sign-url.js';

const key = new Secret('k'.repeat(64));
const at = (seconds: number): Date => new Date(seconds * 1000);
const sign = (path: string, clients: readonly string[] = []): { path: string; query: SignedQuery } => {
  const url = new URL(signUrl('http://10.0.0.1:8001/', path, { expires: 1000, clients }, key));
  const said = (name: string): string => url.searchParams.get(name) ?? '';
  return {
    path: url.pathname,
    query: { expires: said('expires'), clients: said('for'), signature: said('signature') },
  };
};
const check = (
  path: string,
  query: Partial<SignedQuery>,
  now: Date,
  { by = key, client = '10.0.0.9' } = {},
): SignatureVerdict => checkSignature({ path, client, now }, query, by);

describe('signed URLs', () => {
  const { path, query } = sign('/ab/app.tgz');

  it('are good until they expire', () => {
    assert.equal(check(path, query, at(999)), 'good');
    assert.equal(check(path, query, at(1000)), 'expired');
  });

  it('hold for one path, one time and one key', () => {
    assert.equal(check('/ab/other.tgz', query, at(1)), 'forged');
    assert.equal(check(path, { ...query, expires: '9999999999' }, at(1)), 'forged');
    assert.equal(check(path, query, at(1), { by: new Secret('other') }), 'forged');
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
    it(`refuse ${JSON.stringify(broken)}`, () => assert.equal(check(path, broken, at(1)), 'forged'));
  }

  it('are for the client that they were made for, however its address is written', () => {
    const own = sign('/ab/app.tgz', ['10.0.0.5', '2001:DB8:0::5']);
    for (const client of ['10.0.0.5', '::ffff:10.0.0.5', '2001:db8::5', '2001:db8:0:0::5'])
      assert.equal(check(own.path, own.query, at(1), { client }), 'good', client);
    for (const client of ['10.0.0.50', '::ffff:10.0.0.6', '2001:db8::6', ''])
      assert.equal(check(own.path, own.query, at(1), { client }), 'elsewhere', client);
  });

  it('are forged where somebody else was written in, or nobody', () => {
    const own = sign('/ab/app.tgz', ['10.0.0.5']);
    for (const clients of ['10.0.0.9', '', '10.0.0.5,10.0.0.9'])
      assert.equal(check(own.path, { ...own.query, clients }, at(1)), 'forged', clients);
    assert.equal(check(path, { ...query, clients: '10.0.0.9' }, at(1)), 'forged');
  });

  it('change with every bit of the signature', () => {
    fc.assert(
      fc.property(fc.nat({ max: 255 }), (bit) => {
        const bytes = Buffer.from(query.signature, 'hex');
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        assert.equal(check(path, { ...query, signature: bytes.toString('hex') }, at(1)), 'forged');
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
