import assert from 'node:assert/strict';
import { cannedFormation } from '../../support/nodes/canned-formation.js';

describe('tags', () => {
  const present = { release: 7, tags: { web: { disk: 'ssd', zone: 'a' } } };
  const peachy = cannedFormation('tags', present, { release: 8 });

  it('shows, sets and unsets what process types ask for', async () => {
    await peachy.deis(0, 'tags');
    assert.match(peachy.terminal.out, /^TYPE +TAGS\nweb +disk=ssd zone=a\n$/);
    await peachy.deis(0, 'tags:set', 'worker', 'disk=ssd', 'zone=b');
    assert.match(peachy.terminal.err, /Tags of peachy changed: worker \(v8\)/);
    await peachy.deis(0, 'tags:unset', 'web', 'disk');
    await peachy.deis(0, 'tags:unset', 'web');
    assert.deepEqual(peachy.sent(), [
      { tags: { worker: { disk: 'ssd', zone: 'b' } } },
      { tags: { web: { disk: null } } },
      { tags: { web: null } },
    ]);
    peachy.controller.answer('GET /api/formations/peachy/tags', 200, { release: 7, tags: {} });
    await peachy.deis(0, 'tags');
    assert.match(
      peachy.terminal.err,
      /placed on any runtime node\. To ask for some: deis tags:set web disk=ssd/,
    );
  });

  it('asks for nothing where nothing of it is set, and for the rest where a part is', async () => {
    await peachy.deis(0, 'tags:unset', 'worker');
    assert.match(peachy.terminal.err, /Not set in peachy: worker\nNothing to change/);
    await peachy.deis(0, 'tags:unset', 'web', 'rack');
    assert.match(peachy.terminal.err, /Not set in peachy: rack\nNothing to change/);
    assert.deepEqual(peachy.sent(), []);
    await peachy.deis(0, 'tags:unset', 'web', 'rack', 'zone');
    assert.deepEqual(peachy.sent(), [{ tags: { web: { zone: null } } }]);
  });

  it('of layers are set and taken away by --tag, several at once', async () => {
    const layer = {
      ...{
        id: 'runtime',
        kind: 'runtime',
        flavor: 'small',
        flavor_owner: 'ada',
        run_list: [],
        attributes: {},
      },
      ...{
        environment: '',
        tags: { disk: 'ssd' },
        level: 10,
        count: 0,
        ssh_username: 'deis',
        ssh_public_key: 'key',
      },
    };
    const path = '/api/formations/peachy/layers';
    peachy.controller.answer(`PATCH ${path}/runtime`, 200, layer);
    peachy.controller.answer(`POST ${path}`, 201, layer);
    await peachy.deis(0, 'layers:update', 'runtime', '--tag', 'disk=ssd', '--tag=zone=');
    assert.match(peachy.terminal.out, /^tags: +disk=ssd$/m);
    assert.match(peachy.terminal.err, /placed by its tags now/);
    assert.doesNotMatch(peachy.terminal.err, /next converge/);
    await peachy.deis(0, 'layers:create', 'runtime', 'small', '--tag', 'disk=ssd', '--tag', 'zone=a');
    await peachy.deis(2, 'layers:update', 'runtime', '--tag', 'ssd');
    assert.deepEqual(
      [`PATCH ${path}/runtime`, `POST ${path}`].map((each) =>
        peachy.controller.to(each).map(({ body }) => body),
      ),
      [
        [{ tags: { disk: 'ssd', zone: null } }],
        [{ id: 'runtime', flavor: 'small', tags: { disk: 'ssd', zone: 'a' } }],
      ],
    );
  });

  it('refuses words that are none, and says what the controller refuses', async () => {
    for (const words of [['tags:set'], ['tags:set', 'web'], ['tags:set', 'web', 'ssd'], ['tags:unset']])
      await peachy.deis(2, ...words);
    assert.deepEqual(peachy.sent(), []);
    peachy.controller.problem(
      'POST /api/formations/peachy/tags',
      409,
      'web asks for nodes with disk=hdd',
      {},
    );
    await peachy.deis(6, 'tags:set', 'web', 'disk=hdd');
    assert.match(peachy.terminal.err, /web asks for nodes with disk=hdd/);
  });
});
