import assert from 'node:assert/strict';
import { givenEnv, namesOfEnv } from '../../../../../dashboard/screens/terminal/given-env.js';

describe('variables for one command', () => {
  it('are NAME=value, a line each, their values as they are', () => {
    assert.deepEqual(givenEnv('BATCH=5\n\n  URL=http://a/?b=c \nEMPTY='), {
      ...{ BATCH: '5', URL: 'http://a/?b=c ', EMPTY: '' },
    });
    assert.deepEqual(namesOfEnv('BATCH=5\nURL=x'), ['BATCH', 'URL']);
  });

  it('are refused with the line that is none', () => {
    for (const line of ['BATCH', '=5', '5A=1', 'A-B=1'])
      assert.throws(() => givenEnv(`OK=1\n${line}`), new RegExp(`"${line}" is not a valid variable`));
    assert.deepEqual(namesOfEnv('BATCH'), []);
  });
});
