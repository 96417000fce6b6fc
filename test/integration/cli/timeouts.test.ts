import assert from 'node:assert/strict';
import { cannedFormation } from '../../support/nodes/canned-formation.js';

describe('timeouts', () => {
  const present = { release: 7, timeouts: { worker: 30 } };
  const peachy = cannedFormation('timeouts', present, { release: 8 });

  it('shows, sets and unsets the seconds of process types', async () => {
    await peachy.deis(0, 'timeouts');
    assert.match(peachy.terminal.out, /^TYPE +SECONDS\nworker +30\n$/);
    await peachy.deis(0, 'timeouts:set', 'web=20', 'worker=60');
    assert.match(peachy.terminal.err, /Stop timeouts of peachy changed \(v8\)/);
    await peachy.deis(0, 'timeouts:unset', 'worker');
    assert.deepEqual(peachy.sent(), [{ timeouts: { web: 20, worker: 60 } }, { timeouts: { worker: null } }]);
    peachy.controller.answer('GET /api/formations/peachy/timeouts', 200, { release: 7, timeouts: {} });
    await peachy.deis(0, 'timeouts');
    assert.match(peachy.terminal.err, /10 s\. To give more: deis timeouts:set worker=30/);
  });

  it('asks for nothing where nothing of it is set, and for the rest where a part is', async () => {
    await peachy.deis(0, 'timeouts:unset', 'web');
    assert.match(peachy.terminal.err, /Not set in peachy: web\nNothing to change/);
    assert.deepEqual(peachy.sent(), []);
    await peachy.deis(0, 'timeouts:unset', 'web', 'worker');
    assert.match(peachy.terminal.err, /Not set in peachy: web\n[^]*changed \(v8\)/);
    assert.deepEqual(peachy.sent(), [{ timeouts: { worker: null } }]);
    await peachy.deis(0, 'timeouts:unset', 'web', '--json');
    assert.equal((JSON.parse(peachy.terminal.out) as { state: string }).state, 'succeeded');
  });

  it('refuses what is no number of seconds before anything is sent', async () => {
    for (const words of [['timeouts:set'], ['timeouts:set', 'web'], ['timeouts:set', 'web=soon']])
      await peachy.deis(2, ...words);
    assert.deepEqual(peachy.sent(), []);
  });
});
