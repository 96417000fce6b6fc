import assert from 'node:assert/strict';
import { auditedCommand } from '../../../../../cli/actions/people/audit-commands.js';
import { resolveWord } from '../../../../../cli/registry.js';
import { routes } from '../../../../../server/api/router.js';

describe('the audit log by commands', () => {
  it('has a command for every route that changes something, and one that there is', async () => {
    const changing = routes.filter(([method, , { changes }]) => changes ?? method !== 'GET');
    assert.ok(changing.length > 40);
    for (const [method, path] of changing) {
      const action = `${method} ${path.replace(/^\/api/, '')}`;
      const word = auditedCommand(action);
      assert.notEqual(word, action, `${action} has no command in cli/actions/people/audit-commands.ts`);
      assert.notEqual((await resolveWord(word)).kind, 'unknown', word);
    }
  });

  it('leaves what is no route of this controller as it is', () => {
    for (const action of ['git push', 'POST /formations/:formation/coffee', 'toString'])
      assert.equal(auditedCommand(action), action);
  });
});
