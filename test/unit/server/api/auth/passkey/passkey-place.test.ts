import assert from 'node:assert/strict';
import { passkeyPlace } from '../../../../../../server/api/auth/passkey/passkey-place.js';

const socket = { localPort: 8000 };
const at = (publicUrl: string) => passkeyPlace({ bind: '0.0.0.0', publicUrl }, socket);

describe('where passkeys are good', () => {
  it('is where the public URL leads, over TLS and by a name', () => {
    assert.deepEqual(at('https://deis.example.com/'), {
      origin: 'https://deis.example.com',
      domain: 'deis.example.com',
    });
    assert.deepEqual(at('https://Deis.example.com:8443/path'), {
      origin: 'https://deis.example.com:8443',
      domain: 'deis.example.com',
    });
    for (const refused of ['http://deis.example.com', 'https://192.0.2.1', 'https://[2001:db8::1]:8443'])
      assert.equal(at(refused), undefined, refused);
  });

  it('is localhost on this very machine, at the port that listens', () => {
    const plain = { origin: 'http://localhost:8000', domain: 'localhost' };
    for (const bind of ['127.0.0.1', '::1', 'localhost'])
      assert.deepEqual(passkeyPlace({ bind }, socket), plain);
    const tls = passkeyPlace({ bind: '127.0.0.1' }, { localPort: 443, encrypted: true });
    assert.deepEqual(tls, { origin: 'https://localhost', domain: 'localhost' });
    for (const url of ['http://127.0.0.1:8000', 'http://[::1]:8000', 'http://localhost:8000'])
      assert.deepEqual(at(url), plain, url);
  });

  it('is nowhere for a controller that others reach, and that has no public URL', () => {
    assert.equal(passkeyPlace({ bind: '0.0.0.0' }, socket), undefined);
    assert.equal(passkeyPlace({ bind: '127.0.0.1' }, {}), undefined);
  });
});
