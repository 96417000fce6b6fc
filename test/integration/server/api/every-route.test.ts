import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import request, { type Response } from 'supertest';
import { Secret } from '../../../../base/secret.js';
import type { Route } from '../../../../server/api/endpoint/route.js';
import { isStream } from '../../../../server/api/endpoint/while-allowed.js';
import { routes } from '../../../../server/api/router.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';
import { startSshServer, type SshServer } from '../../../support/nodes/ssh-server.js';
import { storeLiveApp } from '../../../support/server/stored-formation.js';

const isProblem = (answer: Response, status: number): void => {
  assert.equal(answer.status, status, `${answer.request.method} ${answer.request.url}: ${answer.text}`);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  const { title, detail, type, request_id: requestId } = answer.body as Record<string, unknown>;
  for (const member of [title, detail, type]) assert.equal(typeof member, 'string');
  assert.equal(requestId, answer.headers['x-request-id']);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.doesNotMatch(answer.text, /node_modules|\.ts:|select |insert /);
};

/** Loops over the router's own table: a route that is added is tested. */
describe('every route', function () {
  this.timeout(60_000);
  let api: ApiHarness;
  let admin: Caller;
  let owner: Caller;
  let stranger: Caller;
  let heir: Caller;
  let operation: string;
  let node: string;
  let host: SshServer;

  before(async () => {
    api = await ApiHarness.start();
    admin = await api.register('ada');
    owner = await api.register('olga', admin);
    stranger = await api.register('mallory', admin);
    heir = await api.register('heidi', admin);
    await owner.post('/api/formations', { id: 'peachy-waxworks', flavor: 'mock' }).expect(201);
    await owner.post('/api/formations/peachy-waxworks/transfer', { username: 'heidi' }).expect(201);
    await owner.post('/api/flavors/mock/shares', { formation: 'peachy-waxworks' }).expect(201);
    api.worker.outcome = { state: 'succeeded', result: { release: 1 } };
    operation = (
      await owner
        .post('/api/formations/peachy-waxworks/config', { values: { SECRET: 'hunter2' } })
        .expect(200)
    ).body.id;
    const { stores } = api.parts;
    const formation = (await stores.formations.byName('peachy-waxworks'))!;
    const config = (await stores.configs.newest(formation.id))!;
    await stores.releases.insert({
      formationId: formation.id,
      buildId: null,
      configId: config.id,
      summary: 'config',
      createdBy: null,
    });
    await stores.certs.insert({
      formationId: formation.id,
      name: 'main',
      certificate: 'PEM',
      key: new Secret('certificate key'),
      fingerprint: 'f',
      domains: ['www.example.com'],
      expiresAt: new Date(),
    });
    await stores.domains.insert({ formationId: formation.id, name: 'www.example.com' });
    const target = { url: new Secret('https://hooks.example.com/secret'), secret: new Secret('hook secret') };
    await stores.hooks.insert(
      { formationId: formation.id, name: 'default', host: 'hooks.example.com' },
      target,
    );
    for (const formationId of [formation.id, null])
      await stores.drains.insert({
        formationId,
        name: 'archive',
        token: `d.${randomUUID()}`,
        type: 'syslog',
        shown: 'syslog://192.0.2.1:514',
        url: new Secret('syslog://192.0.2.1:514'),
      });
    await stores.keys.insert({
      userId: formation.ownerId,
      name: 'laptop',
      publicKey: 'ssh-ed25519 AAAA',
      fingerprint: 'SHA256:f',
    });
    const push = await stores.operations.enqueue({
      id: randomUUID(),
      formationId: formation.id,
      formationName: formation.name,
      kind: 'push',
      requestedBy: null,
    });
    await stores.operations.finishQueued(push.id, { state: 'failed', error: { message: 'no Procfile' } });
    const runtime = (await stores.layers.byName(formation.id, 'runtime'))!;
    ({ name: node } = await storeLiveApp(stores, runtime));
    host = await startSshServer();
    const { address, port } = host.target();
    await api.db.database('layers').where({ id: runtime.id }).update({ ssh_port: port });
    await api.db.database('nodes').where({ name: node }).update({ address });
    api.commands.logLines = ['web.1 1. 2026-01-01T00:00:00.000Z begun'];
  });
  after(async () => {
    await host.close();
    await api.close();
  });

  const fill = (path: string): string =>
    path
      .replace(/:(formation|transfer|share)/, 'peachy-waxworks')
      .replace(':layer', 'runtime')
      .replace(':node', node)
      .replace(':version', 'v1')
      .replace(':build', 'latest')
      .replace(':operation', operation)
      .replace(/:(provider|flavor)/, 'mock')
      .replace(':run', 'run.1')
      .replace(':username', 'olga')
      .replace(':type', 'mock')
      .replace(/:(token|session|identity)/, '999999')
      .replace(':key', 'laptop')
      .replace(':domain', 'www.example.com')
      .replace(':cert', 'main')
      .replace(':alert', 'deploy')
      .replace(':hook', 'default')
      .replace(':delivery', randomUUID())
      .replace(':drain', 'archive');

  const ownedBySomebody = routes.filter(
    ([, path]) => path.includes(':formation') || path.includes(':operation'),
  );
  const closed = routes.filter(([, , endpoint]) => endpoint.access !== 'open');
  const namedByOthers = routes.filter(([, path]) => /:(transfer|share)/.test(path));
  const withBody = routes.filter(([method]) => method === 'POST' || method === 'PATCH');
  const counts = async (): Promise<unknown> =>
    api.db.database
      .raw(
        'select (select count(*) from operations) as operations, (select count(*) from layers) as ' +
          'layers, (select generation from formations) as generation, (select owner_id from formations) ' +
          'as owner, (select count(*) from transfers) as transfers, (select count(*) from flavor_shares) ' +
          'as shares',
      )
      .then(({ rows }: { rows: unknown[] }) => rows[0]);
  const title = ([method, path]: Route): string => `${method} ${path}`;

  for (const route of closed) {
    it(`${title(route)} answers 401 without a token`, async () => {
      const anonymous = request(api.app)[route[0].toLowerCase() as 'get'](fill(route[1]));
      isProblem(await anonymous.set('Content-Type', 'application/json').send('{bad'), 401);
    });
  }

  for (const route of ownedBySomebody) {
    it(`${title(route)} answers 404 to everybody but the owner, admins too, and changes nothing`, async () => {
      const before = await counts();
      for (const other of [stranger, admin]) {
        isProblem(await other.send(route[0], fill(route[1])), 404);
        isProblem(
          await other.send(route[0], fill(route[1])).set('Content-Type', 'application/json').send('{bad'),
          404,
        );
        isProblem(
          await other.send(route[0], fill(route[1])).send({ values: { A: 'b' }, command: 'env', runtime: 1 }),
          404,
        );
      }
      assert.deepEqual(await counts(), before);
    });

    it(`${title(route)} tells what is missing from what is somebody else's by nothing`, async () => {
      const others = (await stranger.send(route[0], fill(route[1]))).body as { detail: string };
      const missing = fill(route[1]).replace('peachy-waxworks', 'never-was').replace(operation, randomUUID());
      const none = (await stranger.send(route[0], missing)).body as { detail: string };
      const blank = (text: string): string => text.replace(/"[^"]*"/g, '""');
      assert.equal(blank(others.detail), blank(none.detail));
    });
  }

  for (const route of namedByOthers) {
    it(
      `${title(route)} answers 404 to those whom it does not concern, as if it were not there, and ` +
        'changes nothing',
      async () => {
        const before = await counts();
        const path = fill(route[1]);
        // A flavor "mock" they have, too.
        for (const other of [stranger, admin, path.includes('transfers') ? owner : heir]) {
          const others = await other.send(route[0], path);
          isProblem(others, 404);
          const missing = await other.send(route[0], path.replace('peachy-waxworks', 'never-was'));
          assert.equal(
            others.body.detail.replace('peachy-waxworks', ''),
            missing.body.detail.replace('never-was', ''),
          );
        }
        assert.deepEqual(await counts(), before);
      },
    );
  }

  for (const route of withBody) {
    const caller = (): Caller =>
      route[2].access === 'admin' ? admin : route[1].includes(':transfer') ? heir : owner;

    it(`${title(route)} refuses what is no JSON object, another type and too much`, async () => {
      const send = (type: string, body: string) =>
        caller().send(route[0], fill(route[1])).set('Content-Type', type).send(body);
      isProblem(await send('application/json', '{"a":'), 400);
      isProblem(await send('application/json', '[1]'), 400);
      isProblem(await send('application/json', '"text"'), 400);
      isProblem(await send('application/json', '{"a":"\\u0000"}'), 400);
      isProblem(await send('application/json', '{"a":"\\ud800"}'), 400);
      isProblem(await send('application/json', '{"__proto__":{"x":1}}'), 400);
      isProblem(await send('text/plain', 'username=ada'), 415);
      isProblem(await send('application/x-www-form-urlencoded', 'username=ada'), 415);
      isProblem(await send('application/json', `{"a":"${'x'.repeat(2_200_000)}"}`), 413);
    });

    it(`${title(route)} names an unknown field`, async () => {
      const answer = await caller().send(route[0], fill(route[1])).send({ nonsense: 'x' });
      isProblem(answer, 400);
      assert.ok(
        answer.body.errors.some((each: { field: string }) => each.field === 'nonsense'),
        answer.text,
      );
    });
  }

  for (const path of new Set(routes.map(([, each]) => each))) {
    it(`${path} refuses other methods with Allow`, async () => {
      const allowed = routes.filter(([, each]) => each === path).map(([method]) => method as string);
      const answer = await owner.send('PUT', fill(path));
      isProblem(answer, 405);
      for (const method of allowed) assert.ok(String(answer.headers['allow']).split(', ').includes(method));
      for (const method of ['POST', 'DELETE', 'PATCH'].filter(
        (each) =>
          !allowed.includes(each) &&
          !routes.some(([other, elsewhere]) => other === each && fill(elsewhere) === fill(path)),
      )) {
        isProblem(await owner.send(method, fill(path)), 405);
      }
      assert.equal(
        (await owner.send('OPTIONS', fill(path)).expect(204)).headers['allow'],
        answer.headers['allow'],
      );
    });
  }

  it('serves the document and the page that describe all this, to anybody', async () => {
    const document = (await api.anonymous().get('/api/openapi.json').expect(200)).body as {
      paths: Record<string, object>;
    };
    assert.deepEqual(
      Object.keys(document.paths).sort(),
      [...new Set(routes.map(([, path]) => path.replace(/:(\w+)/g, '{$1}')))].sort(),
    );
    const page = await api.anonymous().get('/api/docs').expect(200);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
  });

  const queries: Readonly<Record<string, string>> = {
    '/api/formations/:formation/host-key': '?address=127.0.0.1&layer=runtime',
    '/api/formations/:formation/config/changes': '?between=0-0',
  };
  for (const route of routes.filter(
    ([method, path, { query }]) => method === 'GET' && (path in queries || query.safeParse({}).success),
  )) {
    it(`${title(route)} answers as documented`, async () => {
      const caller = route[2].access === 'admin' ? admin : owner;
      const path = `${fill(route[1])}${queries[route[1]] ?? ''}`;
      await (isStream(route[2].answers) ? caller.peek('GET', path) : caller.get(path)).expect(200);
    });
  }

  it('answers 404 for paths that are none, and 400 for one that decodes to nothing', async () => {
    for (const path of [
      '/',
      '/api',
      '/api/nothing',
      '/api/keys/',
      '/API/keys',
      '/api/formations/peachy-waxworks/',
    ])
      isProblem(await owner.get(path), 404);
    isProblem(await owner.get('/api/formations/%E0%A4%A'), 400);
    for (const name of ['%00', '..%2f..%2fetc', '__proto__', '%F0%9F%98%80', 'a'.repeat(5000)])
      isProblem(await owner.get(`/api/formations/${name}`), 404);
    for (const id of ['1', 'x', '%00', randomUUID()])
      isProblem(await owner.get(`/api/operations/${id}`), 404);
  });

  it('refuses compressed bodies before unpacking them', async () => {
    isProblem(
      await owner
        .send('POST', '/api/formations')
        .set('Content-Type', 'application/json')
        .set('Content-Encoding', 'gzip')
        .send('x'),
      415,
    );
  });

  it('answers 500 without a word of the reason, and logs it under the request id', async () => {
    const answer = await api.withoutTable('operations', () =>
      owner.post('/api/formations/peachy-waxworks/converge').set('X-Request-Id', 'my-request-7'),
    );
    isProblem(answer, 500);
    assert.equal(answer.headers['x-request-id'], 'my-request-7');
    assert.doesNotMatch(answer.text, /relation/);
    assert.ok(api.log.some((line) => line.includes('my-request-7') && line.includes('relation')));
  });
});
