import assert from 'node:assert/strict';
import request from 'supertest';
import knex from 'knex';
import { toProblem } from '../../../../../server/api/http/problem.js';
import { knexConfig } from '../../../../../server/store/database.js';
import { ApiHarness } from '../../../../support/server/api-harness.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';

const quiet = { warn: () => undefined, error: () => undefined };

describe('a controller all of whose connections to the database are taken', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  before(async () => {
    db = await createTestDatabase();
  });
  after(() => db.close());

  it('asks to come again', async () => {
    const small = knex({
      ...knexConfig({ url: db.url, poolSize: 1 }),
      acquireConnectionTimeout: 50,
      log: quiet,
    });
    const error = await small.transaction(async (held) => {
      await held.raw('select 1');
      return small.raw('select 1').then(
        () => undefined,
        (cause: unknown) => cause,
      );
    });
    await small.destroy();
    const { problem, headers, unexpected } = toProblem(error, 'r1');
    assert.deepEqual([problem.status, headers['Retry-After'], unexpected], [503, '5', false]);
    assert.equal(problem.detail, 'the controller is busy: ask again in a moment');
  });
});

describe('/health', function () {
  this.timeout(30_000);

  it('says that the database is away, and ok when it is back, without one question to the pool', async () => {
    let isAway = true;
    const api = await ApiHarness.start({
      databaseAnswers: () =>
        isAway ? Promise.reject(new Error('the database does not answer')) : Promise.resolve(),
    });
    const away = await request(api.app).get('/health').expect(503);
    assert.equal(away.body.detail, 'the database does not answer');
    assert.equal(away.headers['retry-after'], '1');
    isAway = false;
    await api.parts.stores.withLock('one', async () => {
      await request(api.app).get('/health').expect(200, { status: 'ok' });
    });
    await api.close();
  });
});
