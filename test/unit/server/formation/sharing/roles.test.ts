import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isAllowed, leastRole, roles, type Action } from '../../../../../server/formation/sharing/roles.js';
import { routes } from '../../../../../server/api/router.js';

describe('the table of roles', () => {
  it('is the one of docs/people.md', () => {
    // The page has another table, of tokens.
    const section =
      readFileSync('docs/people.md', 'utf8')
        .split('\n## ')
        .find((each) => each.startsWith('Roles\n')) ?? '';
    const rows = [...section.matchAll(/^\| `(\w+)`[^|]*\| (.*) \|$/gm)].map(
      ([, action, cells]) => [action!, cells!.split(' | ')] as const,
    );
    assert.deepEqual(
      rows.map(([action]) => action),
      Object.keys(leastRole),
    );
    for (const [action, cells] of rows)
      assert.deepEqual(
        cells,
        roles.map((role) => (isAllowed(role, action as Action) ? 'yes' : 'no')),
        action,
      );
  });

  it('lets a higher role do all that a lower one may', () => {
    for (const action of Object.keys(leastRole) as Action[])
      for (const [index, role] of roles.entries())
        if (isAllowed(role, action)) assert.ok(roles.slice(index).every((each) => isAllowed(each, action)));
  });

  it('lets viewers change nothing but their own role, and nobody but the owner destroy', () => {
    const changing = routes
      .filter(([method, , { may }]) => method !== 'GET' && may !== undefined && isAllowed('viewer', may))
      .map(([method, path]) => `${method} ${path}`);
    assert.deepEqual(changing, [
      'DELETE /api/formations/:formation/perms/:username',
      'POST /api/formations/:formation/calculate',
    ]);
    assert.equal(
      routes.find(([method, path]) => method === 'DELETE' && path === '/api/formations/:formation')?.[2].may,
      'destroy',
    );
  });
});
