import assert from 'node:assert/strict';
import { ProfileStore } from '../../../cli/profile.js';
import { FakeController } from '../../support/fake-controller.js';
import { TestTerminal } from '../../support/test-terminal.js';

const proxy = '/api/formations/peachy/proxy';
const present = { algorithm: 'round_robin', body_size: 20 * 2 ** 20, timeout: 1300, enforce_https: true, hsts: null, hsts_subdomains: false, hsts_preload: false, allow: ['10.0.0.0/8', '192.0.2.1'], trusted: [] };

describe('proxy', () => {
  let controller: FakeController;
  let terminal: TestTerminal;

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({ controller: controller.url, username: 'ada', token: 't0ken' });
    controller.answer(`GET ${proxy}`, 200, present);
    controller.operation(`POST ${proxy}`, [{ id: 1, event: 'end', data: { state: 'succeeded' } }], { state: 'succeeded', result: {} });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  const deis = async (expected: number, ...words: string[]): Promise<void> => assert.equal(await terminal.deis(...words, '-f', 'peachy'), expected, terminal.err);
  const sent = () => controller.to(`POST ${proxy}`).map(({ body }) => body);

  it('shows every setting', async () => {
    await deis(0, 'proxy');
    for (const line of [/^body_size: +20M$/m, /^timeout: +1300 s$/m, /^enforce_https: +on$/m, /^hsts: +off$/m, /^allow: +10\.0\.0\.0\/8\n +192\.0\.2\.1$/m, /^trusted: +nobody$/m]) assert.match(terminal.out, line);
    await deis(0, 'proxy:list', '--json');
    assert.deepEqual(JSON.parse(terminal.out), present);
  });

  it('sets and unsets', async () => {
    await deis(0, 'proxy:set', 'algorithm=ip_hash', 'body_size=20m', 'timeout=60', 'enforce_https=on', 'hsts=on', 'hsts_preload=off', 'allow=10.0.0.0/8,192.0.2.1', 'trusted=::1');
    assert.match(terminal.err, /Proxies of peachy: changed algorithm, body_size/);
    await deis(0, 'proxy:set', 'hsts=0');
    await deis(0, 'proxy:unset', 'allow', 'timeout');
    assert.deepEqual(sent(), [{ algorithm: 'ip_hash', body_size: '20m', timeout: 60, enforce_https: true, hsts: 10_886_400, hsts_preload: false, allow: ['10.0.0.0/8', '192.0.2.1'], trusted: ['::1'] }, { hsts: 0 }, { allow: null, timeout: null }]);
  });

  it('refuses what is no setting, or no value of it, before it asks', async () => {
    for (const words of [['proxy:set'], ['proxy:set', 'timeout'], ['proxy:set', 'timeout=long'], ['proxy:set', 'enforce_https=yes'], ['proxy:set', 'toString=1'], ['proxy:unset', 'colour']]) await deis(2, ...words);
    assert.match(terminal.err, /no setting "colour"/);
    assert.match(terminal.err, /body_size, timeout/);
    assert.deepEqual(sent(), []);
  });
});
