import assert from 'node:assert/strict';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { FakeController } from '../../support/fakes/fake-controller.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

describe('commands on hosts', () => {
  let controller: FakeController;
  let terminal: TestTerminal;

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({
      controller: controller.url,
      username: 'ada',
      token: 't0ken',
      git: '127.0.0.1:2222',
    });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  it('quota says what guests may use, and of those to come how many each person may have', async () => {
    const path = 'POST /api/formations/platform/quotas';
    const quota = { containers: 5, memory: null, cpus: null, disk: null };
    controller.answer(path, 200, { guest: null, quota, guests: 2 });
    assert.equal(
      await terminal.deis('hosts:quota', '--containers=5', '--guests=2', '-f', 'platform'),
      0,
      terminal.err,
    );
    assert.deepEqual(controller.to(path)[0]?.body, { containers: 5, guests: 2 });
    assert.match(
      terminal.err,
      /new guests of platform: 5 containers\n.*each person without a role in it: 2\n/,
    );
    controller.answer(path, 200, { guest: null, quota, guests: null });
    assert.equal(await terminal.deis('hosts:quota', '--guests=none', '-f', 'platform'), 0, terminal.err);
    assert.equal((controller.to(path)[1]?.body as { guests: unknown }).guests, null);
    assert.match(terminal.err, /each person without a role in it: as many as they like/);
    controller.answer(path, 200, { guest: 'shop', quota, guests: null });
    assert.equal(await terminal.deis('hosts:quota', 'shop', '--containers=5', '-f', 'platform'), 0);
    assert.match(terminal.err, /^Quota of shop: 5 containers\n$/m);
  });

  it('quota alone shows what guests to come may use', async () => {
    const path = 'GET /api/formations/platform/quotas';
    const shown = { guest: null, quota: { containers: 5, memory: null, cpus: null, disk: null }, guests: 3 };
    controller.answer(path, 200, shown);
    assert.equal(await terminal.deis('hosts:quota', '-f', 'platform'), 0, terminal.err);
    assert.match(
      terminal.err,
      /new guests of platform: 5 containers\n.*each person without a role in it: 3\n/,
    );
    assert.equal(await terminal.deis('hosts:quota', '-f', 'platform', '--json'), 0, terminal.err);
    assert.deepEqual(JSON.parse(terminal.out), shown);
  });

  it('are where formations move, and what such a move has left goes with --finish', async () => {
    const path = 'POST /api/formations/shop/move';
    const end = [{ id: 1, event: 'end', data: { state: 'succeeded' } }];
    controller.operation(path, end, { state: 'succeeded' });
    assert.equal(await terminal.deis('formations:move', 'shop', '--on=large'), 0, terminal.err);
    assert.match(terminal.err, /Moved shop to large/);
    assert.equal(await terminal.deis('formations:move', '--finish', '-f', 'shop'), 0, terminal.err);
    assert.deepEqual(
      controller.to(path).map(({ body }) => body),
      [{ on: 'large' }, { finish: true }],
    );
    assert.match(terminal.err, /shop has left its former host/);
    for (const wrong of [['shop'], ['shop', '--on=large', '--finish'], ['shop', '--on=large', '-f', 'blog']])
      assert.equal(await terminal.deis('formations:move', ...wrong), 2, wrong.join(' '));
    for (const wrong of ['--on=large', '--finish'])
      assert.equal(await terminal.deis('formations:move', 'shop', '--off', wrong), 2, wrong);
    assert.equal(controller.to(path).length, 2);
    assert.equal(await terminal.deis('formations:move', 'shop', '--off'), 0, terminal.err);
    assert.match(terminal.err, /Moved shop to nodes of its own/);
    assert.deepEqual(controller.to(path)[2]?.body, { off: true });
  });

  it('stop passing on by finish, which says what that means and wants the name of the guest', async () => {
    const path = 'POST /api/formations/platform/finish-guest';
    const finish = (...more: string[]): Promise<number> =>
      terminal.deis('hosts:finish', 'shop', '-f', 'platform', ...more);
    assert.equal(await finish(), 2);
    assert.match(terminal.err, /names of shop that still lead to the proxies of platform.*--confirm=shop/);
    assert.equal(await finish('--confirm=blog'), 2);
    terminal.interactive = true;
    terminal.answers.push('blog');
    assert.equal(await finish(), 2);
    assert.deepEqual(controller.to(path), []);
    controller.answer(path, 200, { guest: 'shop', has_left: true, error: null });
    terminal.answers.push('shop');
    assert.equal(await finish(), 0, terminal.err);
    assert.match(terminal.err, /platform passes nothing on to shop any more/);
    controller.answer(path, 202, { guest: 'shop', has_left: false, error: null });
    assert.equal(await finish('--confirm=shop'), 0, terminal.err);
    assert.match(terminal.err, /shop is still leaving: deis info -f platform/);
    controller.answer(path, 200, { guest: 'shop', has_left: false, error: 'p-1 cannot be reached' });
    assert.equal(await finish('--confirm=shop'), 1);
    assert.match(terminal.err, /something of shop is left on platform: p-1 cannot be reached/);
    assert.deepEqual(controller.to(path)[0]?.body, { guest: 'shop' });
  });

  it('of somebody else are no default any more, which who accepts them is told', async () => {
    const accepted = { id: 'platform', owner: 'ada', was_default_host: true };
    controller.answer('POST /api/transfers/platform/accept', 200, accepted);
    assert.equal(await terminal.deis('transfers:accept', 'platform'), 0, terminal.err);
    assert.match(terminal.out, /^platform belongs to ada now\nIt is a default host no more: /);
  });
});
