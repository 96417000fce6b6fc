import assert from 'node:assert/strict';
import type { HealthCheck } from '../../../../../dashboard/api/types.js';
import {
  checkInWords,
  givenCheck,
  typedCheck,
} from '../../../../../dashboard/screens/settings/check-edits.js';

const nothing = { timeout: null, interval: null, retries: null, start: null, deadline: null };
const check: HealthCheck = {
  kind: 'http',
  path: '/health',
  status: [200, 204],
  ...nothing,
  retries: 3,
  start: 0,
};

describe('edits of health checks', () => {
  it('give back what they were made of', () => {
    assert.deepEqual(givenCheck(typedCheck(check)), {
      ...{ kind: 'http', path: '/health', status: [200, 204], retries: 3, start: 0 },
    });
    assert.equal(givenCheck(typedCheck(undefined)), null);
  });

  it('send no path and status but with HTTP, and one status as both ends', () => {
    assert.deepEqual(givenCheck({ ...typedCheck(check), kind: 'tcp' }), {
      kind: 'tcp',
      retries: 3,
      start: 0,
    });
    assert.deepEqual(givenCheck({ ...typedCheck(undefined), kind: 'http', high: '204' }), {
      kind: 'http',
      status: [204, 204],
    });
  });

  it('are said in words', () => {
    assert.equal(checkInWords(check), 'GET /health answers 200 to 204, retries 3, start 0');
    assert.equal(checkInWords({ kind: 'none', path: null, status: null, ...nothing }), 'none');
    assert.equal(checkInWords(undefined), 'as by default');
  });
});
