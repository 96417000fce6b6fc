import assert from 'node:assert/strict';
import { routes } from '../../../../server/api/router.js';
import { InvalidInput, parseInput } from '../../../../server/api/http/input/invalid-input.js';

describe('the URL table', () => {
  it('names no method of a path twice', () => {
    const keys = routes.map(([method, path]) => `${method} ${path}`);
    assert.equal(new Set(keys).size, keys.length);
  });

  it('lets nobody without a token in, save to these places', () => {
    const open = routes.filter(([, , endpoint]) => endpoint.access === 'open').map(([, path]) => path);
    assert.deepEqual(open, [
      '/health',
      '/api/info',
      '/api/openapi.json',
      '/api/docs',
      '/api/auth/register',
      '/api/auth/login',
      '/api/auth/oidc',
      '/api/auth/oidc/finish',
      '/api/sessions',
      '/api/passkey-challenges',
      '/api/passkey-sessions',
    ]);
  });

  it('asks who may at every path below a formation or an operation', () => {
    for (const [method, path, endpoint] of routes) {
      assert.equal(endpoint.access === 'formation', path.includes(':formation'), `${method} ${path}`);
      assert.equal(endpoint.access === 'operation', path.includes(':operation'), `${method} ${path}`);
    }
  });

  for (const [method, path, endpoint] of routes) {
    it(`${method} ${path} refuses unknown fields and parameters by name`, () => {
      // Scaling takes names that only the formation knows; there it is the value that cannot be.
      const names = (error: unknown): boolean =>
        error instanceof InvalidInput && error.errors.some(({ field }) => field === 'nonsense');
      assert.throws(() => parseInput(endpoint.body, { nonsense: 'x' }), names);
      assert.throws(() => parseInput(endpoint.query, { nonsense: 'x' }), names);
    });
  }
});
