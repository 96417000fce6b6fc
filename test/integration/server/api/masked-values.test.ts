import assert from 'node:assert/strict';
import { hashToken, newToken } from '../../../../server/api/auth/token.js';
import { isStream } from '../../../../server/api/endpoint/while-allowed.js';
import { routes } from '../../../../server/api/router.js';
import { storeLiveApp } from '../../../support/server/stored-formation.js';
import { ApiHarness, Caller } from '../../../support/server/api-harness.js';

const base = '/api/formations/peachy';
const attributes = {
  password: 'attribute-sentinel',
  port: 5_432_001,
  users: [{ name: 'sentinel-in-list', roles: ['sentinel-role'] }, 'sentinel-text'],
  nothing: null,
  on: true,
  deep: { deeper: { key: 'sentinel-below' } },
};
const masked = {
  password: '[masked]',
  port: '[masked]',
  users: [{ name: '[masked]', roles: ['[masked]'] }, '[masked]'],
  nothing: '[masked]',
  on: '[masked]',
  deep: { deeper: { key: '[masked]' } },
};

describe('values that only some may see', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  let collaborator: Caller;
  /** Of whom values are kept: who asks -> how. */
  let readers: Map<string, Caller>;
  let operation = '';

  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('olga');
    const viewer = await api.register('vera', owner);
    collaborator = await api.register('cora', owner);
    await owner.post('/api/formations', { id: 'peachy', flavor: 'mock' }).expect(201);
    await owner.post(`${base}/perms`, { username: 'vera', role: 'viewer' }).expect(200);
    await owner.post(`${base}/perms`, { username: 'cora', role: 'collaborator' }).expect(200);
    await owner
      .post(`${base}/layers`, { id: 'database', flavor: 'mock', kind: 'custom', attributes })
      .expect(201);
    api.worker.outcome = { state: 'succeeded' };
    operation = (
      (await owner.post(`${base}/config`, { values: { SECRET: 'config-sentinel' } }).expect(200)).body as {
        id: string;
      }
    ).id;
    const { stores } = api.parts;
    const formation = (await stores.formations.byName('peachy'))!;
    await storeLiveApp(stores, (await stores.layers.byName(formation.id, 'runtime'))!);
    api.commands.logLines = ['web.1 1. 2026-01-01T00:00:00.000Z begun'];
    readers = new Map([
      ['viewer', viewer],
      ['owner with a read token', await withScope('olga', 'read')],
    ]);
    readers.set('viewer with a deploy token', await withScope('vera', 'deploy'));
  });
  after(() => api.close());

  const withScope = async (username: string, scope: 'read' | 'deploy'): Promise<Caller> => {
    const { stores } = api.parts;
    const userId = (await stores.users.byUsername(username))!.id;
    const formationId = scope === 'deploy' ? (await stores.formations.byName('peachy'))!.id : null;
    const token = newToken();
    await stores.tokens.insert({
      userId,
      hash: hashToken(token),
      name: scope,
      expiresAt: null,
      scope,
      formationId,
    });
    return new Caller(api.app, username, token);
  };
  const reads = routes.filter(
    ([method, path, { changes }]) =>
      (method === 'GET' || changes === false) && /:formation|:operation/.test(path),
  );
  const fill = (path: string): string =>
    path
      .replace(':formation', 'peachy')
      .replace(':operation', operation)
      .replace(':layer', 'database')
      .replace(':version', 'v1')
      .replace(':build', 'latest')
      .replace(/:\w+/g, 'nosuch');
  const everything = async (caller: Caller): Promise<string> => {
    const answers: string[] = [];
    for (const [method, path, { answers: said }] of reads) {
      const asked = isStream(said) ? caller.peek(method, fill(path)) : caller.send(method, fill(path));
      answers.push((await asked).text);
    }
    return answers.join('\n');
  };

  it('stand in what the owner and collaborators read', async () => {
    for (const caller of [owner, collaborator]) {
      const seen = await everything(caller);
      for (const value of [
        'config-sentinel',
        'attribute-sentinel',
        'sentinel-in-list',
        'sentinel-below',
        '5432001',
      ])
        assert.ok(seen.includes(value), value);
    }
  });

  it('stand in nothing that viewers and read tokens may read', async () => {
    for (const [who, caller] of readers) {
      const seen = await everything(caller);
      assert.ok(seen.includes('"password"'), who);
      assert.doesNotMatch(seen, /sentinel|5432001/, who);
    }
  });

  it('of attributes keep their names and shape, in lists as alone', async () => {
    for (const [who, caller] of readers) {
      const { results } = (await caller.get(`${base}/layers`).expect(200)).body as {
        results: { id: string; attributes: unknown }[];
      };
      assert.deepEqual(results.find(({ id }) => id === 'database')?.attributes, masked, who);
      assert.deepEqual(
        (await caller.get(`${base}/layers/database`).expect(200)).body.attributes,
        masked,
        who,
      );
    }
    assert.deepEqual(
      (await collaborator.get(`${base}/layers/database`).expect(200)).body.attributes,
      attributes,
    );
  });

  it('are what If-Match goes by, as the one who changes them saw them', async () => {
    const tag = String((await owner.get(`${base}/layers/database`).expect(200)).headers['etag']);
    await owner.patch(`${base}/layers/database`, { level: 7 }).set('If-Match', tag).expect(200);
    await owner.patch(`${base}/layers/database`, { level: 8 }).set('If-Match', tag).expect(412);
  });
});
