import assert from 'node:assert/strict';
import { fragment } from '../../../../../../server/api/auth/oidc/begun-sign-in.js';

describe('where a browser goes after its sign-in', () => {
  it('is a place in the dashboard and no other site', () => {
    for (const good of ['', '#/', '#/formations/shop/logs', '#/formations/a%20b'])
      assert.equal(fragment.safeParse(good).success, true, good);
    for (const bad of [
      ...['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/api/docs'],
      ...['#evil', '#/a b', '#/a\u0000', '#/\n', `#/${'a'.repeat(500)}`],
    ])
      assert.equal(fragment.safeParse(bad).success, false, bad);
  });
});
