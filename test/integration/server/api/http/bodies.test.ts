import assert from 'node:assert/strict';
import request from 'supertest';
import { ApiHarness } from '../../../../support/server/api-harness.js';

describe('bodies that would take long', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  before(async () => {
    api = await ApiHarness.start();
  });
  after(() => api.close());

  const login = (body: string | Buffer, type = 'application/json') =>
    request(api.app).post('/api/auth/login').set('Content-Type', type).serialize(String).send(body);

  it('are refused with what is too much of them', async () => {
    for (const [body, detail] of [
      ['['.repeat(1000), 'nested deeper than 500 levels'],
      [`[${'[[]],'.repeat(3_000)}1]`, 'Invalid input: expected object, received array'],
    ] as const) {
      const { status, body: problem } = await login(body);
      assert.equal(status, 400);
      assert.equal(problem.detail, detail);
    }
  });

  it('are not hidden in another encoding', async () => {
    const body = Buffer.from(`{"username":"${'\u2222,'.repeat(1000)}"}`, 'utf16le');
    const { status, body: problem } = await login(body, 'application/json; charset=utf-16le');
    assert.deepEqual([status, problem.detail], [415, 'the body must be UTF-8']);
  });
});
