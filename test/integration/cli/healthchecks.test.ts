import assert from 'node:assert/strict';
import { ProfileStore } from '../../../cli/profile.js';
import { FakeController } from '../../support/fake-controller.js';
import { TestTerminal } from '../../support/test-terminal.js';

const path = '/api/formations/peachy/healthchecks';
const present = { release: 7, checks: { web: { kind: 'http', path: '/up', status: [200, 204], timeout: 1, deadline: null } } };

describe('healthchecks', () => {
  let controller: FakeController;
  let terminal: TestTerminal;

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({ controller: controller.url, username: 'ada', token: 't0ken' });
    controller.answer(`GET ${path}`, 200, present);
    controller.operation(`POST ${path}`, [{ id: 1, event: 'end', data: { state: 'succeeded' } }], { state: 'succeeded', result: { release: 8 } });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  const deis = async (expected: number, ...words: string[]): Promise<void> => assert.equal(await terminal.deis(...words, '-f', 'peachy'), expected, terminal.err);
  const sent = () => controller.to(`POST ${path}`).map(({ body }) => body);

  it('shows what is not as by default', async () => {
    await deis(0, 'healthchecks');
    assert.match(terminal.out, /^web +http +\/up +200-204 +1 +-$/m);
    await deis(0, 'healthchecks:list', '--json');
    assert.deepEqual(JSON.parse(terminal.out), present);
    controller.answer(`GET ${path}`, 200, { release: null, checks: {} });
    await deis(0, 'healthchecks');
    assert.deepEqual([terminal.out, terminal.err.includes('healthchecks:set web path=/health')], ['', true]);
  });

  it('sets and unsets', async () => {
    await deis(0, 'healthchecks:set', 'web', 'path=/up?a=b', 'status=204', 'timeout=1', 'deadline=30');
    assert.match(terminal.err, /Health checks of peachy changed: web \(v8\)/);
    await deis(0, 'healthchecks:set', 'worker', 'kind=none');
    await deis(0, 'healthchecks:set', 'web', 'deadline=5');
    await deis(0, 'healthchecks:unset', 'web', 'worker');
    assert.deepEqual(sent(), [{ checks: { web: { kind: 'http', path: '/up?a=b', status: [204, 204], timeout: 1, deadline: 30 } } }, { checks: { worker: { kind: 'none' } } }, { checks: { web: { kind: 'tcp', deadline: 5 } } }, { checks: { web: null, worker: null } }]);
  });

  it('refuses words that are none before it asks', async () => {
    for (const words of [['set'], ['set', 'web'], ['set', 'web', '/up'], ['set', 'web', 'port=80'], ['set', 'web', 'status=ok'], ['set', 'web', 'timeout=long'], ['unset']]) await deis(2, `healthchecks:${words[0]}`, ...words.slice(1));
    assert.deepEqual(sent(), []);
  });
});
