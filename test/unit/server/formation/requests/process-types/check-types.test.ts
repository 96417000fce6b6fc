import assert from 'node:assert/strict';
import { UnknownName, UserError } from '../../../../../../base/errors.js';
import { parseProcfile } from '../../../../../../server/formation/requests/process-types/parse-procfile.js';
import { checkTypes } from '../../../../../../server/formation/requests/process-types/check-types.js';

const good = ['web', 'chat_save', 'heavyProcess', 'Web2', 'worker-2', 'w', 'a'.repeat(32)];
const bad = ['', 'a'.repeat(33), '2web', '-web', '_web', 'web.1', 'we b', 'wäb', '__proto__', 'web\n'];

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.message;
  }
  return 'taken';
}

describe('names of process types', () => {
  for (const name of good)
    it(`${name}: can be asked for before the first push, and is taken by a Procfile`, () => {
      checkTypes([name], undefined);
      const procfile = parseProcfile(`${name}: run`);
      assert.deepEqual(procfile, { [name]: 'run' });
      checkTypes([name], procfile);
    });

  for (const name of bad)
    it(`${JSON.stringify(name)}: is refused in the same words before and after the first push`, () => {
      const message = messageOf(() => checkTypes([name], undefined));
      assert.match(message, /is not a valid process type: expected at most 32 letters, digits, - and _/);
      assert.equal(
        messageOf(() => checkTypes([name], { web: 'run' })),
        message,
      );
      if (name === name.trim())
        assert.equal(
          messageOf(() => parseProcfile(`${name}: run`)),
          `Procfile line 1: ${message}`,
        );
    });

  it('are at most 100 in a request', () => {
    const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `type-${index}`);
    checkTypes(names(100), undefined);
    assert.throws(
      () => checkTypes(names(101), undefined),
      /101 process types are named: expected at most 100/,
    );
  });

  it('that the Procfile lacks are unknown', () =>
    assert.throws(
      () => checkTypes(['worker'], { web: 'run', clock: 'tick' }),
      (error) => {
        assert.ok(error instanceof UnknownName);
        return error.field === 'worker' && /no process type "worker": it has clock, web$/.test(error.message);
      },
    ));
});
