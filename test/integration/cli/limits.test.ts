import assert from 'node:assert/strict';
import { cannedFormation } from '../../support/nodes/canned-formation.js';

const limits = '/api/formations/peachy/limits';
const present = {
  release: 7,
  types: { web: { memory: 512 * 2 ** 20, cpus: 0.5 }, worker: { memory: null, cpus: null } },
};

describe('limits', () => {
  const peachy = cannedFormation('limits', present, { release: 8 });

  it('shows every process type, as a table and as JSON', async () => {
    await peachy.deis(0, 'limits');
    assert.match(peachy.terminal.out, /^TYPE +MEMORY +CPU\nweb +512M +0\.5\nworker +unlimited +unlimited\n$/);
    await peachy.deis(0, 'limits:list', '--json');
    assert.deepEqual(JSON.parse(peachy.terminal.out), present);
    peachy.controller.answer(`GET ${limits}`, 200, { release: null, types: {} });
    await peachy.deis(0, 'limits');
    assert.deepEqual(
      [peachy.terminal.out, peachy.terminal.err.includes('deis limits:set web=512M')],
      ['', true],
    );
  });

  it('are part of what releases:info shows', async () => {
    peachy.controller.answer('GET /api/formations/peachy/releases/7', 200, {
      version: 7,
      state: 'live',
      live: true,
      can_roll_back: false,
      summary: 's',
      reason: null,
      build: null,
      config: 1,
      limits: { web: { memory: 512 * 2 ** 20, cpus: 0.5 }, worker: { cpus: 2 } },
      sha: null,
      created_by: null,
      created_at: '',
      live_at: null,
    });
    await peachy.deis(0, 'releases:info', 'v7');
    assert.match(peachy.terminal.out, /^limits: +web: 512M 0\.5 cores\n +worker: 2 cores$/m);
  });

  it('sets and unsets memory, and cores with --cpu', async () => {
    await peachy.deis(0, 'limits:set', 'web=512M', 'worker=1G');
    assert.match(peachy.terminal.err, /Limits of peachy changed \(v8\)/);
    await peachy.deis(0, 'limits:set', '--cpu', 'web=0.5');
    await peachy.deis(0, 'limits:set', '-m', 'web=6M', '--json');
    assert.equal((JSON.parse(peachy.terminal.out) as { state: string }).state, 'succeeded');
    await peachy.deis(0, 'limits:unset', 'web', 'worker');
    await peachy.deis(0, 'limits:unset', '-c', 'web');
    assert.deepEqual(peachy.sent(), [
      { memory: { web: '512M', worker: '1G' } },
      { cpus: { web: 0.5 } },
      { memory: { web: '6M' } },
      { memory: { web: null } },
      { cpus: { web: null } },
    ]);
  });

  it('asks for nothing where no limit of that kind is set', async () => {
    for (const words of [['worker'], ['batch'], ['--cpu', 'worker']]) {
      await peachy.deis(0, 'limits:unset', ...words);
      assert.match(peachy.terminal.err, /Not set in peachy: (worker|batch)\nNothing to change/);
    }
    assert.deepEqual(peachy.sent(), []);
  });

  it('refuses words that are none before it asks, and says what the controller refuses', async () => {
    for (const words of [
      ['limits:set'],
      ['limits:set', 'web'],
      ['limits:set', 'web='],
      ['limits:set', '--cpu', 'web=half'],
      ['limits:set', 'web=1G', 'web=2G'],
      ['limits:set', '--cpu', '--memory', 'web=1'],
      ['limits:unset'],
    ])
      await peachy.deis(2, ...words);
    assert.deepEqual(peachy.sent(), []);
    peachy.controller.problem(`POST ${limits}`, 404, 'the Procfile has no process type "wbe": it has web', {
      field: 'memory.wbe',
    });
    await peachy.deis(4, 'limits:set', 'wbe=1G');
    assert.match(peachy.terminal.err, /no process type "wbe": it has web/);
  });
});
