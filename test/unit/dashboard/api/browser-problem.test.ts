import assert from 'node:assert/strict';
import { browserProblem } from '../../../../dashboard/api/browser-problem.js';

describe('why a browser used no passkey', () => {
  it('is said to people, with what the browser said behind it', () => {
    const error = Object.assign(new Error('The operation either timed out or was not allowed.'), {
      name: 'NotAllowedError',
    });
    const { message, cause } = browserProblem(error);
    assert.match(message, /^The browser used no passkey: it was stopped, waited too long/);
    assert.equal(cause, error);
    assert.match(
      browserProblem(Object.assign(new Error(), { name: 'InvalidStateError' })).message,
      /has a passkey of yours/,
    );
    for (const odd of [new Error('odd'), 'odd', Object.assign(new Error(), { name: 'toString' })])
      assert.equal(browserProblem(odd).message, 'The browser made no use of a passkey.');
  });
});
