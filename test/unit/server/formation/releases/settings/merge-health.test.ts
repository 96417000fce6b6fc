import assert from 'node:assert/strict';
import type { HealthSettings } from '../../../../../../cookbooks/databag.js';
import { UserError } from '../../../../../../base/errors.js';
import {
  mergeHealth,
  summariseHealth,
} from '../../../../../../server/formation/releases/settings/merge-health.js';
import { startDeadline } from '../../../../../../server/formation/deploy/start-deadline.js';

describe('mergeHealth', () => {
  const present = {
    worker: { kind: 'tcp' },
    web: { kind: 'http', path: '/old', deadlineSeconds: 5 },
  } as const;

  it('replaces a check as a whole, and takes it away', () => {
    assert.deepEqual(
      mergeHealth(present, { web: { kind: 'http', path: '/up', status: [200, 204], timeoutSeconds: 1 } }),
      { web: { kind: 'http', path: '/up', status: [200, 204], timeoutSeconds: 1 }, worker: { kind: 'tcp' } },
    );
    assert.deepEqual(mergeHealth(present, { web: null, other: null }), { worker: { kind: 'tcp' } });
    assert.equal(
      summariseHealth({ web: { kind: 'http', path: '/up' }, worker: null }),
      'Check web by http /up; check worker as by default',
    );
  });

  const wrong: [field: string, check: HealthSettings, told: string][] = [
    ['path', { kind: 'http' }, 'null'],
    ['path', { kind: 'http', path: 'up' }, '"up"'],
    ['path', { kind: 'http', path: '/a b' }, '/a b'],
    ['path', { kind: 'http', path: `/${'x'.repeat(1000)}` }, 'xxx'],
    ['path', { kind: 'tcp', path: '/up' }, 'tcp'],
    ['status', { kind: 'http', path: '/', status: [399, 200] }, '399'],
    ['status', { kind: 'http', path: '/', status: [99, 200] }, '99'],
    ['status', { kind: 'none', status: [200, 200] }, 'path=/health'],
    ['timeout', { kind: 'http', path: '/', timeoutSeconds: 0 }, '0'],
    ['timeout', { kind: 'tcp', timeoutSeconds: 1 }, 'path=/health'],
    ['deadline', { kind: 'tcp', deadlineSeconds: 601 }, '601'],
    ['deadline', { kind: 'tcp', deadlineSeconds: 1.5 }, '1.5'],
    ['deadline', { kind: 'none', deadlineSeconds: 1 }, 'none'],
    ['interval', { kind: 'tcp', intervalSeconds: 61 }, '61'],
    ['interval', { kind: 'tcp', intervalSeconds: 0.5 }, '0.5'],
    ['retries', { kind: 'http', path: '/', retries: 0 }, '0'],
    ['retries', { kind: 'http', path: '/', retries: 21 }, '21'],
    ['start', { kind: 'tcp', startSeconds: 601, retries: 3 }, '601'],
    ['start', { kind: 'tcp', startSeconds: 5 }, 'retries=3'],
    ['start', { kind: 'none', startSeconds: 5, retries: 3 }, 'retries=3'],
  ];
  for (const [field, check, told] of wrong) {
    it(`refuses ${JSON.stringify(check).slice(0, 60)}, naming field and value`, () => {
      assert.throws(
        () => mergeHealth({}, { web: check }),
        (error) =>
          error instanceof UserError && error.field === `checks.web.${field}` && error.message.includes(told),
      );
    });
  }

  it('keeps how often is asked, how many failures count, and from when on', () => {
    const check = { kind: 'tcp', intervalSeconds: 2, retries: 3, startSeconds: 0 } as const;
    assert.deepEqual(mergeHealth({}, { web: check }), { web: check });
  });

  it('refuses to change nothing', () => assert.throws(() => mergeHealth({}, {}), UserError));

  it('gives a start the time of the most patient check', () => {
    assert.equal(
      startDeadline(
        {
          health: { web: { kind: 'tcp', deadlineSeconds: 300 }, worker: { kind: 'tcp', deadlineSeconds: 1 } },
        },
        60,
      ),
      420_000,
    );
    assert.equal(startDeadline({ health: {} }, 60), 180_000);
  });
});
