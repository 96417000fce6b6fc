import assert from 'node:assert/strict';
import { cannedFormation } from '../../support/nodes/canned-formation.js';

const row = {
  consumer: 'peachy',
  service: 'db',
  variable: 'DATABASE_URL',
  address: '192.0.2.7:5432',
  created_at: '2026-01-01T00:00:00Z',
};

describe('services', () => {
  const page = { count: 1, next: null, previous: null, results: [row] };
  const peachy = cannedFormation('services', page, { release: 2 });

  it('are listed with where they are', async () => {
    await peachy.deis(0, 'services');
    assert.match(peachy.terminal.out, /^peachy +db +DATABASE_URL +192\.0\.2\.7:5432$/m);
  });

  it('are attached, with a template that need not stand in the command line', async () => {
    await peachy.deis(0, 'services:attach', 'db');
    peachy.terminal.input = 'postgres://u:s3cret@{host}:{port}/db\n';
    await peachy.deis(0, 'services:attach', 'db', '--as=DATABASE_URL', '--template=-');
    assert.deepEqual(peachy.sent(), [
      { service: 'db' },
      { service: 'db', variable: 'DATABASE_URL', template: 'postgres://u:s3cret@{host}:{port}/db' },
    ]);
    assert.match(peachy.terminal.err, /Attached db as DATABASE_URL/);
    assert.doesNotMatch(peachy.terminal.err + peachy.terminal.out, /s3cret/);
    peachy.terminal.input = '';
    await peachy.deis(2, 'services:attach', 'db', '--template=-');
  });
});
