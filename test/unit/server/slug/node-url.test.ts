import assert from 'node:assert/strict';
import { checkNodeUrl } from '../../../../server/slug/node-url.js';

describe('the address of the slug server as nodes see it', () => {
  for (const host of [
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '[::1]',
    '[::]',
    'localhost',
    'a.localhost',
    '169.254.10.1',
    '[fe80::1]',
    '[febf::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:169.254.10.1]',
    '[::ffff:0.0.0.0]',
  ])
    for (const isSet of [true, false])
      it(`is refused as ${host}, ${isSet ? 'set' : 'worked out'}`, () => {
        const { ok, detail } = checkNodeUrl({ url: `http://${host}:8001`, isSet });
        assert.equal(ok, false);
        assert.match(detail, /set DEIS_NODE_URL to the slug server as nodes reach it, e\.g\. http:/);
      });

  for (const url of [
    'http://10.0.0.5:8001',
    'https://slugs.example.com',
    'http://[2001:db8::5]:8001',
    'http://[::ffff:10.0.0.5]:8001',
    'http://[::2]:8001',
    'http://[fec0::1]:8001',
  ])
    it(`may be ${url}`, () => {
      assert.deepEqual(checkNodeUrl({ url, isSet: true }), { what: 'DEIS_NODE_URL', ok: true, detail: url });
    });

  it('is named where nobody has set it', () => {
    const { ok, detail } = checkNodeUrl({ url: 'http://10.0.0.5:8001', isSet: false });
    assert.ok(ok);
    assert.match(
      detail,
      /^not set: nodes will fetch slugs from http:\/\/10\.0\.0\.5:8001, .* set DEIS_NODE_URL/,
    );
  });
});
