import assert from 'node:assert/strict';
import { Secret } from '../../../../base/secret.js';
import { createLogger } from '../../../../server/observe/logger.js';

describe('logger', () => {
  const logged = (fields: object): string => {
    let text = '';
    createLogger('info', { write: (line) => (text += line) }).info(fields, 'message');
    return text;
  };

  it('shows no secret, wherever it stands', () => {
    const text = logged({
      layer: { sshPrivateKey: new Secret('sentinel'), name: 'runtime' },
      provider: { creds: { key: 'sentinel' } },
      user: { password: 'sentinel' },
      req: { headers: { authorization: 'token sentinel' } },
    });
    assert.doesNotMatch(text, /sentinel/);
    assert.match(text, /"name":"runtime"/);
  });

  it('shows an error with its cause, without the row that PostgreSQL quotes', () => {
    const refused = Object.assign(new Error('duplicate key', { cause: new Error('deeper') }), {
      code: '23505',
      detail: 'Key (hash)=(sentinel) already exists.',
    });
    const text = logged({ err: refused });
    assert.match(text, /duplicate key.*deeper.*23505/);
    assert.doesNotMatch(text, /sentinel/);
  });

  it('writes one JSON object per line with an ISO time', () => {
    const line = JSON.parse(logged({ a: 1 })) as Record<string, unknown>;
    assert.deepEqual([line['a'], line['msg'], line['level']], [1, 'message', 30]);
    assert.ok(!Number.isNaN(Date.parse(String(line['time']))));
  });
});
