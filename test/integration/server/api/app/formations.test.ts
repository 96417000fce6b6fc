import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onAbort } from '../../../../../base/on-abort.js';
import { Secret } from '../../../../../base/secret.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import { isAllowed, leastRole, type Action } from '../../../../../server/formation/sharing/roles.js';
import { ApiHarness, Caller } from '../../../../support/server/api-harness.js';
import { storeNode } from '../../../../support/server/stored-formation.js';

const base = '/api/formations/peachy-waxworks';

describe('formations over HTTP', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  let formation: FormationRecord;
  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('olga');
    await owner.post('/api/formations', { id: 'peachy-waxworks', flavor: 'mock' }).expect(201);
    formation = (await api.parts.stores.formations.byName('peachy-waxworks'))!;
    api.worker.outcome = { state: 'succeeded', result: { release: 1 } };
  });
  after(() => api.close());

  it('are created with a name of their own or a made one, unique among all users', async () => {
    const { body } = await owner.post('/api/formations').expect(201);
    assert.match(body.id, /^[a-z]+-[a-z0-9]+$/);
    const other = await api.register('other', owner);
    const { text } = await other.post('/api/formations', { id: 'peachy-waxworks' }).expect(409);
    assert.doesNotMatch(text, /olga/);
    for (const id of ['Peachy', '-x', 'x-', 'a b', 'ü', '', 'x'.repeat(41), '../etc', 7])
      assert.equal((await owner.post('/api/formations', { id }).expect(400)).body.field, 'id');
    assert.equal((await owner.post('/api/formations', { flavor: 'gold' }).expect(400)).body.field, 'flavor');
    assert.deepEqual((await other.get('/api/formations').expect(200)).body.results, []);
  });

  it('tell members what they may do there, as far as their token reaches', async () => {
    const member = await api.register('member', owner);
    const seen = async (token = member.token): Promise<{ role: string; may: string[] }> =>
      (await new Caller(api.app, 'member', token).get(base).expect(200)).body as {
        role: string;
        may: string[];
      };
    for (const role of ['viewer', 'collaborator', 'admin'] as const) {
      await owner.post(`${base}/perms`, { username: 'member', role }).expect(200);
      const wanted = (Object.keys(leastRole) as Action[]).filter((action) => isAllowed(role, action));
      const { role: told, may } = await seen();
      assert.deepEqual([told, may], [role, wanted]);
    }
    const make = async (body: object): Promise<string> =>
      ((await member.post('/api/tokens', body).expect(201)).body as { token: string }).token;
    assert.deepEqual((await seen(await make({ scope: 'read' }))).may, ['see', 'logs']);
    const deploy = await make({ scope: 'deploy', formation: 'peachy-waxworks' });
    assert.deepEqual((await seen(deploy)).may, ['see', 'logs', 'push', 'deploy', 'scale']);
  });

  it('show their layers, domains, urls of ready proxies and where to push', async () => {
    const { stores } = api.parts;
    const proxy = (await stores.layers.byName(formation.id, 'proxy'))!;
    await api.db.database('layers').where({ id: proxy.id }).update({ count: 2 });
    const ready = await storeNode(stores, proxy, 1);
    await stores.nodes.update(ready.id, { status: 'ready', address: '172.30.0.5' });
    await storeNode(stores, proxy, 2);
    assert.deepEqual((await owner.get(base).expect(200)).body.urls, ['http://172.30.0.5/']);
    await stores.nodeSilence.begin(ready.id, 'no route to host');
    const { urls, layers } = (await owner.get(base).expect(200)).body;
    assert.deepEqual(urls, ['http://172.30.0.5/'], 'it may serve, though no one can enter it');
    assert.deepEqual(layers.proxy, { count: 2, nodes_ready: 0 }, 'one that does not answer is not ready');
    await stores.nodeSilence.end(ready.id);
    for (const name of ['www.example.com', '*.example.com', 'example.com'])
      await stores.domains.insert({ formationId: formation.id, name });
    await stores.certs.insert({
      formationId: formation.id,
      name: 'wildcard',
      certificate: 'x',
      key: new Secret('x'),
      fingerprint: 'x',
      domains: ['*.example.com'],
      expiresAt: new Date('2027-01-01T00:00:00Z'),
    });
    const { body } = await owner.get(base).expect(200);
    assert.deepEqual(
      { ...body, created_at: '' },
      {
        id: 'peachy-waxworks',
        owner: 'olga',
        generation: 0,
        scale: {},
        live_release: null,
        domains: ['*.example.com', 'example.com', 'www.example.com'],
        urls: ['http://example.com/', 'https://www.example.com/'],
        layers: { runtime: { count: 0, nodes_ready: 0 }, proxy: { count: 2, nodes_ready: 1 } },
        on: null,
        also_on: null,
        passed_on_by: null,
        quota: null,
        guests: [],
        git_url: 'ssh://git@127.0.0.1:2222/peachy-waxworks.git',
        created_at: '',
        role: 'owner',
        may: Object.keys(leastRole),
      },
    );
    assert.ok(
      (await owner.get('/api/formations').expect(200)).body.results.some(
        (each: { id: string; urls: string[] }) => each.id === 'peachy-waxworks' && each.urls.length === 2,
      ),
    );
  });

  it('have layers, whose private keys stay inside', async () => {
    const layer = {
      id: 'database',
      flavor: 'mock',
      kind: 'custom',
      run_list: 'recipe[deis::default], recipe[deis::docker]',
      attributes: '{"port":5432}',
      level: 5,
      environment: 'prod',
      ssh_username: 'admin',
    };
    const { body, headers, text } = await owner.post(`${base}/layers`, layer).expect(201);
    assert.deepEqual(body, {
      id: 'database',
      kind: 'custom',
      flavor: 'mock',
      flavor_owner: 'olga',
      run_list: ['recipe[deis::default]', 'recipe[deis::docker]'],
      attributes: { port: 5432 },
      environment: 'prod',
      tags: {},
      level: 5,
      count: 0,
      ssh_username: 'admin',
      ssh_public_key: body.ssh_public_key,
    });
    assert.match(body.ssh_public_key, /^ssh-ed25519 [A-Za-z0-9+/=]{68}$/);
    assert.deepEqual((await owner.get(headers['location'] as string).expect(200)).body, body);
    const list = await owner.get(`${base}/layers`).expect(200);
    assert.deepEqual(
      list.body.results.map((each: { id: string }) => each.id),
      ['database', 'runtime', 'proxy'],
    );
    assert.doesNotMatch(text + list.text, /private/);
    await owner.post(`${base}/layers`, { id: 'database', flavor: 'mock' }).expect(409);
    await owner.delete(`${base}/layers/database`).expect(204);
    await owner.get(`${base}/layers/database`).expect(404);
  });

  it('refuse bad layers by field', async () => {
    const wrong: Record<string, unknown> = {
      id: 'Data Base',
      kind: 'queen',
      level: 1.5,
      run_list: [1],
      attributes: [],
      ssh_username: 'root; rm',
      flavor: 5,
    };
    for (const [field, value] of Object.entries(wrong)) {
      const { body } = await owner
        .post(`${base}/layers`, { id: 'ok', flavor: 'mock', [field]: value })
        .expect(400);
      assert.ok(String(body.field).startsWith(field), `${field}: ${body.detail}`);
    }
    await owner.post(`${base}/layers`, { flavor: 'mock' }).expect(400);
    for (const run_list of ['recipe[mydb::server]', 'recipe[deis::nosuch]'])
      await owner.post(`${base}/layers`, { id: 'ok', flavor: 'mock', run_list }).expect(400);
    assert.equal(
      (await owner.post(`${base}/layers`, { id: 'ok', flavor: 'gold' }).expect(400)).body.field,
      'flavor',
    );
  });

  it('show nodes with what happened to them last', async () => {
    const { results } = (await owner.get(`${base}/nodes`).expect(200)).body;
    assert.deepEqual(
      results.map((node: { id: string; layer: string; status: string }) => [
        node.id,
        node.layer,
        node.status,
      ]),
      [
        ['node-proxy-1', 'proxy', 'ready'],
        ['node-proxy-2', 'proxy', 'pending'],
      ],
    );
    const { body, text } = await owner.get(`${base}/nodes/node-proxy-1`).expect(200);
    assert.deepEqual(Object.keys(body), [
      'id',
      'uuid',
      'layer',
      'kind',
      'own',
      'status',
      'scheduling',
      'adopted',
      'address',
      'private_address',
      'cloud_id',
      'generation',
      'last_action',
      'last_error',
      'unreachable_since',
      'tags',
      'containers',
      'size',
      'left',
      'created_at',
    ]);
    assert.doesNotMatch(text, /host key|private_key/i);
    await owner.get(`${base}/nodes/node-proxy-9`).expect(404);
  });

  it('give their config to the owner, also with odd values, and count an empty one as version 0', async () => {
    assert.deepEqual((await owner.get(`${base}/config`).expect(200)).body, { version: 0, values: {} });
    const values = { A: 'two\nlines', B: 'it\'s "=" $HOME', C: 'žluť 😀', EMPTY: '' };
    assert.deepEqual((await owner.post(`${base}/config`, { values }).expect(200)).body.result, {
      release: 1,
    });
    assert.deepEqual((await owner.get(`${base}/config`).expect(200)).body, { version: 1, values });
    await owner
      .post(`${base}/config`, { values: JSON.stringify({ FROM: 'a client of 2013', GONE: null }) })
      .expect(200);
    for (const bad of [{ A: 1 }, { A: { b: 'c' } }, 'A=b', ['A'], undefined])
      await owner.post(`${base}/config`, { values: bad }).expect(400);
  });

  it('show builds and the release of the version asked for, not the newest', async () => {
    const { stores } = api.parts;
    const build = await stores.builds.insert({
      kind: 'slug',
      id: randomUUID(),
      formationId: formation.id,
      createdBy: null,
      gitCommit: 'c0ffee',
      slugPath: 'ab/peachy-waxworks.tgz',
      slugSha256: 'ab',
      slugSize: 4_700_000,
      procfile: { web: 'node server.js' },
      image: `deis/stack:bookworm@sha256:${'a'.repeat(64)}`,
      buildpack: 'Node.js',
      runtimes: [],
    });
    const config = (await stores.configs.newest(formation.id))!;
    const user = (await stores.users.byUsername('olga'))!;
    // The two changes of config have cut v1 and v2.
    for (const summary of ['three', 'four'])
      await stores.releases.insert({
        formationId: formation.id,
        buildId: build.id,
        configId: config.id,
        summary,
        createdBy: user.id,
      });
    const [third, fourth] = [
      (await stores.releases.byVersion(formation.id, 3))!,
      (await stores.releases.byVersion(formation.id, 4))!,
    ];
    for (const { id } of [third, fourth]) await stores.releases.setState(id, 'live');
    await stores.formations.setLiveRelease(formation.id, fourth.id);

    const one = (await owner.get(`${base}/releases/v1`).expect(200)).body;
    assert.deepEqual(
      [one.version, one.summary, one.state, one.live, one.build, one.sha, one.can_roll_back],
      [1, 'Set A, B, C, EMPTY', 'pending', false, null, null, false],
    );
    const canRollBack = async () => {
      const { results } = (await owner.get(`${base}/releases`).expect(200)).body;
      const { body } = await owner.get(`${base}/releases/v3`).expect(200);
      return [body.can_roll_back, results.map((each: { can_roll_back: boolean }) => each.can_roll_back)];
    };
    assert.deepEqual(await canRollBack(), [true, [false, true, false, false]]);
    api.lostSlugs.add('ab/peachy-waxworks.tgz');
    assert.deepEqual(await canRollBack(), [false, [false, false, false, false]]);
    api.lostSlugs.clear();
    const { body: four } = await owner.get(`${base}/releases/4`).expect(200);
    assert.deepEqual(
      { ...four, created_at: '', live_at: '' },
      {
        version: 4,
        state: 'live',
        summary: 'four',
        reason: null,
        build: build.id,
        config: config.version,
        sha: 'c0ffee',
        created_by: 'olga',
        created_at: '',
        live_at: '',
        limits: {},
        checks: {},
        timeouts: {},
        tags: {},
        live: true,
        can_roll_back: false,
      },
    );
    assert.deepEqual(
      (await owner.get(`${base}/releases`).expect(200)).body.results.map(
        (each: { version: number }) => each.version,
      ),
      [4, 3, 2, 1],
    );
    assert.equal((await owner.get(base).expect(200)).body.live_release, 4);
    for (const version of ['5', 'v0', '-1', '1.0', 'newest', 'v99999999999', '2147483648', '01'])
      await owner.get(`${base}/releases/${version}`).expect(404);
    assert.deepEqual(
      (await owner.get(`${base}/builds`).expect(200)).body.results.map(
        (each: { uuid: string; size: number; sha: string }) => [each.uuid, each.size, each.sha],
      ),
      [[build.id, 4_700_000, 'c0ffee']],
    );
    for (const name of [build.id, 'latest']) {
      const { body } = await owner.get(`${base}/builds/${name}`).expect(200);
      assert.deepEqual(
        [body.uuid, body.size, body.procfile],
        [build.id, 4_700_000, { web: 'node server.js' }],
      );
    }
    for (const name of [randomUUID(), 'x', '%00']) await owner.get(`${base}/builds/${name}`).expect(404);
  });

  it('show containers with node and release', async () => {
    const { stores } = api.parts;
    const node = await storeNode(stores, (await stores.layers.byName(formation.id, 'runtime'))!, 1);
    await stores.nodes.update(node.id, { status: 'ready', address: '172.30.0.6' });
    const release = (await stores.releases.byVersion(formation.id, 4))!;
    const container = (num: number) => ({
      formationId: formation.id,
      nodeId: node.id,
      releaseId: release.id,
      type: 'web',
      num,
      port: 5000 + num,
      state: 'serving' as const,
    });
    await stores.containers.insert([container(2), container(10), container(1)]);
    const { results } = (await owner.get(`${base}/containers`).expect(200)).body;
    assert.deepEqual(
      results.map((each: { name: string }) => each.name),
      ['web.1', 'web.2', 'web.10'],
    );
    assert.deepEqual(results[0], {
      type: 'web',
      num: 1,
      name: 'web.1',
      node: 'node-runtime-1',
      port: 5001,
      release: 4,
      state: 'serving',
      seen: null,
      usage: null,
    });
  });

  it('scale by whole numbers only', async () => {
    for (const [path, name] of [
      ['layers', 'runtime'],
      ['containers', 'web'],
    ] as const) {
      await owner.post(`${base}/scale/${path}`, { [name]: 2 }).expect(200);
      for (const value of [-1, 2.5, '2', '', null, true, 1e9, [2], Number.MAX_SAFE_INTEGER]) {
        assert.equal(
          (await owner.post(`${base}/scale/${path}`, { [name]: value }).expect(400)).body.field,
          name,
          String(value),
        );
      }
      await owner.post(`${base}/scale/${path}`, {}).expect(400);
    }
    assert.deepEqual(
      (await api.asked('peachy-waxworks'))
        .filter(({ kind }) => kind.startsWith('scale'))
        .map(({ kind, params }) => [kind, params['counts']]),
      [
        ['scale-layers', { runtime: 2 }],
        ['scale-containers', { web: 2 }],
      ],
    );
  });

  it('restart all containers, those of a type, or one of them', async () => {
    for (const which of [{}, { type: 'web' }, { type: 'web', num: 1 }])
      await owner.post(`${base}/restart`, which).expect(200);
    assert.deepEqual(
      (await api.asked('peachy-waxworks'))
        .slice(-3)
        .map(({ kind, params: { through: _through, ...which } }) => [kind, which]),
      [
        ['restart', {}],
        ['restart', { type: 'web' }],
        ['restart', { type: 'web', num: 1 }],
      ],
    );
    for (const body of [{ num: 1 }, { type: 'web', num: 0 }, { type: 'web', num: '1' }])
      assert.equal((await owner.post(`${base}/restart`, body).expect(400)).body.field, 'num');
  });

  it('roll back to a version or to the last good one', async () => {
    await owner.post(`${base}/releases/rollback`, { release: 3 }).expect(200);
    await owner.post(`${base}/releases/rollback`).expect(200);
    assert.deepEqual(
      (await api.asked('peachy-waxworks')).slice(-2).map(({ params }) => params['rollbackTo']),
      [3, 3],
    );
    for (const release of [1, 4]) await owner.post(`${base}/releases/rollback`, { release }).expect(409);
    for (const release of [0, -1, 1.5, 'v1', null])
      assert.equal(
        (await owner.post(`${base}/releases/rollback`, { release }).expect(400)).body.field,
        'release',
      );
  });

  it('calculate the databag', async () => {
    assert.equal((await owner.post(`${base}/calculate`).expect(200)).body.id, 'peachy-waxworks');
  });

  it('give log lines as text', async () => {
    api.commands.logLines = [
      'web.1 1. 2026-01-01T00:00:00.000Z one',
      'web.1 1. 2026-01-01T00:00:01.000Z two',
    ];
    const { text, headers } = await owner.get(`${base}/logs?lines=1`).expect(200);
    assert.equal(text, '2026-01-01T00:00:01.000Z app[web.1]: two\n');
    assert.match(String(headers['content-type']), /^text\/plain/);
    for (const lines of ['-1', 'all', '1e9', '', '10001'])
      await owner.get(`${base}/logs?lines=${lines}`).expect(400);
  });

  describe('run', () => {
    const run = (command: unknown) => owner.post(`${base}/run`, { command });

    it('streams output and the exit code', async () => {
      api.commands.run = async ({ onStdout, onStderr }) => {
        onStdout?.(Buffer.from('hello\n'));
        onStderr?.(Buffer.from('oh\n'));
        return 3;
      };
      const { text, headers } = await run('ls -l').expect(200);
      assert.match(String(headers['content-type']), /^text\/event-stream/);
      assert.equal(
        text,
        'event: output\n' +
          'data: {"stream":"stdout","text":"hello\\n"}\n\n' +
          'event: output\n' +
          'data: {"stream":"stderr","text":"oh\\n"}\n\n' +
          'event: exit\n' +
          'data: {"code":3}\n\n',
      );
    });

    it('answers with a status what is wrong before anything ran, and with an event what goes wrong later', async () => {
      await owner.post('/api/formations', { id: 'empty' }).expect(201);
      await owner.post('/api/formations/empty/run', { command: 'ls' }).expect(409);
      await run('  ').expect(400);
      await run(['ls']).expect(400);
      api.commands.run = async ({ onStdout }) => {
        onStdout?.(Buffer.from('begun'));
        throw new Error('secret reason');
      };
      const { text } = await run('ls').expect(200);
      assert.match(text, /event: error\ndata: \{.*"status":500/);
      assert.doesNotMatch(text, /secret reason/);
    });

    it('is told when the client goes', async () => {
      let gone: (reason: unknown) => void = () => undefined;
      const aborted = new Promise((resolve) => (gone = resolve));
      api.commands.run = ({ onStdout, signal }) => {
        onStdout?.(Buffer.from('begun'));
        onAbort(signal, () => gone(true));
        return new Promise(() => undefined);
      };
      const server = createServer(api.app).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const leaving = new AbortController();
      const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${base}/run`, {
        method: 'POST',
        headers: { Authorization: `token ${owner.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ command: 'sleep 1000' }),
        signal: leaving.signal,
      });
      assert.equal(answer.status, 200);
      leaving.abort();
      assert.equal(await aborted, true);
      server.close();
    });
  });
});
