import assert from 'node:assert/strict';
import { ProfileStore } from '../../../cli/profile.js';
import { FakeController } from '../../support/fake-controller.js';
import { TestTerminal } from '../../support/test-terminal.js';

const limits = '/api/formations/peachy/limits';
const present = { release: 7, types: { web: { memory: 512 * 2 ** 20, cpus: 0.5 }, worker: { memory: null, cpus: null } } };

describe('limits', () => {
  let controller: FakeController;
  let terminal: TestTerminal;

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({ controller: controller.url, username: 'ada', token: 't0ken' });
    controller.answer(`GET ${limits}`, 200, present);
    controller.operation(`POST ${limits}`, [{ id: 1, event: 'end', data: { state: 'succeeded' } }], { state: 'succeeded', result: { release: 8 } });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  const deis = async (expected: number, ...words: string[]): Promise<void> => assert.equal(await terminal.deis(...words, '-f', 'peachy'), expected, terminal.err);
  const sent = () => controller.to(`POST ${limits}`).map(({ body }) => body);

  it('shows every process type, as a table and as JSON', async () => {
    await deis(0, 'limits');
    assert.match(terminal.out, /^TYPE +MEMORY +CPU\nweb +512M +0\.5\nworker +unlimited +unlimited\n$/);
    await deis(0, 'limits:list', '--json');
    assert.deepEqual(JSON.parse(terminal.out), present);
    controller.answer(`GET ${limits}`, 200, { release: null, types: {} });
    await deis(0, 'limits');
    assert.deepEqual([terminal.out, terminal.err.includes('deis limits:set web=512M')], ['', true]);
  });

  it('are part of what releases:info shows', async () => {
    controller.answer('GET /api/formations/peachy/releases/7', 200, { version: 7, state: 'live', live: true, can_roll_back: false, summary: 's', reason: null, build: null, config: 1, limits: { web: { memory: 512 * 2 ** 20, cpus: 0.5 }, worker: { cpus: 2 } }, sha: null, created_by: null, created_at: '', live_at: null });
    await deis(0, 'releases:info', 'v7');
    assert.match(terminal.out, /^limits: +web: 512M 0\.5 cores\n +worker: 2 cores$/m);
  });

  it('sets and unsets memory, and cores with --cpu', async () => {
    await deis(0, 'limits:set', 'web=512M', 'worker=1G');
    assert.match(terminal.err, /Limits of peachy changed \(v8\)/);
    await deis(0, 'limits:set', '--cpu', 'web=0.5');
    await deis(0, 'limits:set', '-m', 'web=6M', '--json');
    assert.equal((JSON.parse(terminal.out) as { state: string }).state, 'succeeded');
    await deis(0, 'limits:unset', 'web', 'worker');
    await deis(0, 'limits:unset', '-c', 'web');
    assert.deepEqual(sent(), [{ memory: { web: '512M', worker: '1G' } }, { cpus: { web: 0.5 } }, { memory: { web: '6M' } }, { memory: { web: null, worker: null } }, { cpus: { web: null } }]);
  });

  it('refuses words that are none before it asks, and says what the controller refuses', async () => {
    for (const words of [['limits:set'], ['limits:set', 'web'], ['limits:set', 'web='], ['limits:set', '--cpu', 'web=half'], ['limits:set', 'web=1G', 'web=2G'], ['limits:set', '--cpu', '--memory', 'web=1'], ['limits:unset']]) await deis(2, ...words);
    assert.deepEqual(sent(), []);
    controller.problem(`POST ${limits}`, 404, 'the Procfile has no process type "wbe": it has web', { field: 'memory.wbe' });
    await deis(4, 'limits:set', 'wbe=1G');
    assert.match(terminal.err, /no process type "wbe": it has web/);
  });
});
