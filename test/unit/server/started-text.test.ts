import assert from 'node:assert/strict';
import { startedText } from '../../../server/started-text.js';

describe('what a process says when it has started', () => {
  const text = (...roles: ('api' | 'git' | 'worker' | 'slug')[]): string =>
    startedText({ roles: new Set(roles) }, 'https://deis.test:8000');

  it('is where it answers, if it is the API', () => {
    assert.equal(text('worker', 'api'), 'the controller answers at https://deis.test:8000');
  });

  it('is its roles, and no address that nobody answers at, if it is not', () => {
    assert.equal(text('worker'), 'this process has the role worker; another one serves the API');
    assert.equal(
      text('worker', 'slug'),
      'this process has the roles worker, slug; another one serves the API',
    );
  });
});
