import assert from 'node:assert/strict';
import { describeDatabase, serversOf } from '../../../../server/store/database-url.js';

describe('the URL of a database', () => {
  it('names one server or several, as libpq has it', () => {
    for (const one of [
      'postgres://deis:pw@db.example.com/deis',
      'postgresql://deis@[2001:db8::1]:5433/deis?sslmode=require',
      'postgres:///deis?host=/run/postgresql',
      'not a URL',
    ])
      assert.deepEqual(serversOf(one), [one]);
    assert.deepEqual(
      serversOf('postgres://deis:a%40b,c@one,two:5433,[2001:db8::1]:5432/deis?sslmode=require'),
      [
        'postgres://deis:a%40b,c@one/deis?sslmode=require',
        'postgres://deis:a%40b,c@two:5433/deis?sslmode=require',
        'postgres://deis:a%40b,c@[2001:db8::1]:5432/deis?sslmode=require',
      ],
    );
  });

  it('is described without who connects', () => {
    assert.deepEqual(describeDatabase('postgres://deis:sentinel@one:5432,two/my%20deis'), {
      name: 'my deis',
      servers: 'one:5432, two',
    });
    assert.deepEqual(describeDatabase('postgres:///deis?host=/run/postgresql'), {
      name: 'deis',
      servers: 'the local socket',
    });
  });
});
