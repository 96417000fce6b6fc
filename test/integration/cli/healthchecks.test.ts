import assert from 'node:assert/strict';
import { cannedFormation } from '../../support/nodes/canned-formation.js';

const path = '/api/formations/peachy/healthchecks';
const present = {
  release: 7,
  checks: {
    web: {
      kind: 'http',
      path: '/up',
      status: [200, 204],
      timeout: 1,
      interval: 3,
      retries: 4,
      start: 0,
      deadline: null,
    },
  },
};

describe('healthchecks', () => {
  const peachy = cannedFormation('healthchecks', present, { release: 8 });

  it('shows what is not as by default', async () => {
    await peachy.deis(0, 'healthchecks');
    assert.match(peachy.terminal.out, /^web +http +\/up +200-204 +1 +3 +4 +0 +-$/m);
    await peachy.deis(0, 'healthchecks:list', '--json');
    assert.deepEqual(JSON.parse(peachy.terminal.out), present);
    peachy.controller.answer(`GET ${path}`, 200, { release: null, checks: {} });
    await peachy.deis(0, 'healthchecks');
    assert.deepEqual(
      [peachy.terminal.out, peachy.terminal.err.includes('healthchecks:set web path=/health')],
      ['', true],
    );
  });

  it('sets and unsets', async () => {
    await peachy.deis(0, 'healthchecks:set', 'web', 'path=/up?a=b', 'status=204', 'timeout=1', 'deadline=30');
    assert.match(peachy.terminal.err, /Health checks of peachy changed: web \(v8\)/);
    await peachy.deis(0, 'healthchecks:set', 'worker', 'kind=none');
    await peachy.deis(0, 'healthchecks:set', 'web', 'deadline=5', 'interval=2', 'retries=3', 'start=10');
    await peachy.deis(0, 'healthchecks:unset', 'web', 'worker');
    assert.deepEqual(peachy.sent(), [
      { checks: { web: { kind: 'http', path: '/up?a=b', status: [204, 204], timeout: 1, deadline: 30 } } },
      { checks: { worker: { kind: 'none' } } },
      { checks: { web: { kind: 'tcp', interval: 2, retries: 3, start: 10, deadline: 5 } } },
      { checks: { web: null } },
    ]);
  });

  it('asks for nothing where no check of it is set', async () => {
    await peachy.deis(0, 'healthchecks:unset', 'worker');
    assert.match(peachy.terminal.err, /Not set in peachy: worker\nNothing to change/);
    assert.deepEqual(peachy.sent(), []);
  });

  it('refuses words that are none before it asks', async () => {
    for (const words of [
      ['set'],
      ['set', 'web'],
      ['set', 'web', '/up'],
      ['set', 'web', 'port=80'],
      ['set', 'web', 'status=ok'],
      ['set', 'web', 'timeout=long'],
      ['set', 'web', 'retries=some'],
      ['unset'],
    ])
      await peachy.deis(2, `healthchecks:${words[0]}`, ...words.slice(1));
    assert.deepEqual(peachy.sent(), []);
  });
});
