import assert from 'node:assert/strict';
import { ProfileStore } from '../../../cli/controller/profile.js';
import { FakeController } from '../../support/fakes/fake-controller.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

describe('buildpacks of deis', () => {
  let controller: FakeController;
  let terminal: TestTerminal;
  const path = '/api/formations/peachy/buildpacks';
  const deis = async (expected: number, ...words: string[]): Promise<void> =>
    assert.equal(await terminal.deis(...words, '-f', 'peachy'), expected, terminal.err);
  const present = (...buildpacks: string[]): void => {
    const body = { buildpacks, available: ['nodejs', 'acme/ruby'] };
    controller.answer(`GET ${path}`, 200, body, { etag: '"one"' });
  };
  const sent = (): unknown => controller.to(`POST ${path}`).at(-1)?.body;

  beforeEach(async () => {
    controller = await new FakeController().start();
    terminal = new TestTerminal();
    await new ProfileStore(terminal).save({ controller: controller.url, username: 'ada', token: 't0ken' });
    controller.answer(`POST ${path}`, 200, { buildpacks: ['nodejs'], available: [] });
  });
  afterEach(async () => {
    await controller.stop();
    terminal.dispose();
  });

  it('lists what is set, or what could be', async () => {
    present();
    await deis(0, 'buildpacks');
    assert.match(terminal.out, /^None are set\. Names: nodejs, acme\/ruby; or a URL/);
    present('acme/ruby', 'nodejs');
    await deis(0, 'buildpacks:list');
    assert.equal(terminal.out, '1. acme/ruby\n2. nodejs\n');
  });

  it('sets, adds, removes and clears, from what was there', async () => {
    present('a', 'b');
    await deis(0, 'buildpacks:set', 'c', 'd');
    assert.deepEqual(sent(), { buildpacks: ['c', 'd'] });
    assert.equal(controller.to(`POST ${path}`)[0]!.headers['if-match'], '"one"');
    assert.match(terminal.out, /For the next push: nodejs/);
    for (const [words, list] of [
      [
        ['add', 'c'],
        ['a', 'b', 'c'],
      ],
      [
        ['add', 'c', '--index=1'],
        ['c', 'a', 'b'],
      ],
      [
        ['add', 'c', '--index=2'],
        ['a', 'c', 'b'],
      ],
      [['remove', 'a'], ['b']],
      [['remove', '2'], ['a']],
      [['clear'], []],
    ] as const) {
      const [verb, ...rest] = words;
      await deis(0, `buildpacks:${verb}`, ...rest);
      assert.deepEqual(sent(), { buildpacks: [...list] }, words.join(' '));
    }
  });

  it('names what is not there', async () => {
    present('a');
    await deis(4, 'buildpacks:remove', 'b');
    assert.match(terminal.err, /no buildpack "b": set are a/);
    await deis(4, 'buildpacks:remove', '2');
    await deis(2, 'buildpacks:add', 'b', '--index=9');
    await deis(2, 'buildpacks:set');
    assert.deepEqual(controller.to(`POST ${path}`), []);
  });
});
