import assert from 'node:assert/strict';
import { hashToken, newToken } from '../../../../../server/api/auth/token.js';
import type { MemberRole } from '../../../../../server/formation/sharing/roles.js';
import { ApiHarness, Caller } from '../../../../support/server/api-harness.js';
import {
  storeFormation,
  storeLayer,
  storeLiveApp,
  storeNode,
} from '../../../../support/server/stored-formation.js';

interface Shown {
  readonly id: string;
  readonly [field: string]: unknown;
}

const trouble = {
  status: 'ready',
  privateAddress: '10.0.0.9',
  cloudId: 'i-sentinel',
  lastAction: 'watch',
  lastError: 'sentinel: the cloud said no',
  size: { memory: 2 ** 31, cpus: 2 },
} as const;
const { size } = trouble;
const base = '/api/formations/shop';

/** Ada's platform has a guest of Bob's, who may place it there and nothing else; Eve may look at that guest. */
describe('nodes of a host, as members of a guest see them', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  const people = new Map<string, Caller>();
  const as = (name: string): Caller => people.get(name)!;
  const ofHost: readonly (readonly [string, MemberRole])[] = [
    ['ada', 'owner'],
    ['adam', 'admin'],
    ['cora', 'collaborator'],
    ['vera', 'viewer'],
  ];

  before(async () => {
    api = await ApiHarness.start();
    const root = await api.register('root');
    people.set('root', root);
    for (const name of ['ada', 'adam', 'cora', 'vera', 'bob', 'eve'])
      people.set(name, await api.register(name, root));
    await as('ada').post('/api/formations', { id: 'platform' }).expect(201);
    for (const [username, role] of ofHost.slice(1))
      await as('ada').post('/api/formations/platform/perms', { username, role }).expect(200);
    await as('ada').post('/api/formations/platform/host-shares', { username: 'bob' }).expect(201);
    await as('bob').post('/api/formations', { id: 'shop', on: 'platform' }).expect(201);
    for (const username of ['ada', 'adam', 'cora', 'vera', 'eve', 'root'])
      await as('bob').post(`${base}/perms`, { username, role: 'viewer' }).expect(200);
    const { stores } = api.parts;
    const platform = (await stores.formations.byName('platform'))!;
    const { user } = await storeFormation(stores, 'other');
    for (const name of ['runtime', 'proxy'])
      await stores.nodes.update(
        (await storeLiveApp(stores, await storeLayer(stores, { user, formation: platform }, name))).id,
        trouble,
      );
  });
  after(() => api.close());

  /** Of each node what the caller is shown by both of its answers. */
  const shown = async (caller: Caller): Promise<Shown[]> => {
    const { results } = (await caller.get(`${base}/nodes`).expect(200)).body as { results: Shown[] };
    assert.equal(results.length, 2);
    for (const node of results)
      assert.deepEqual((await caller.get(`${base}/nodes/${node.id}`).expect(200)).body, node);
    return results;
  };
  const databag = async (caller: Caller): Promise<string> =>
    JSON.stringify((await caller.post(`${base}/calculate`).expect(200)).body);

  for (const [name, role] of ofHost)
    it(`are all there is to know to the host's ${role}`, async () => {
      for (const node of await shown(as(name))) {
        const { cloud_id, last_action, last_error, private_address, address } = node;
        const { cloudId, lastAction, lastError, privateAddress } = trouble;
        assert.deepEqual(
          [cloud_id, last_action, last_error, private_address, address],
          [cloudId, lastAction, lastError, privateAddress, '172.30.0.9'],
        );
        assert.deepEqual(node['containers'], { platform: { count: 1, memory: 0, unlimited: 1 } });
        assert.deepEqual([node['size'], node['left']], [size, { limits: size, use: null }]);
      }
      assert.match(await databag(as(name)), /10\.0\.0\.9/);
    });

  const withDeployToken = async (): Promise<Caller> => {
    const { stores } = api.parts;
    const [user, formation] = [await stores.users.byUsername('ada'), await stores.formations.byName('shop')];
    const token = newToken();
    const made = { name: 'ci', expiresAt: null, scope: 'deploy', formationId: formation!.id } as const;
    await stores.tokens.insert({ userId: user!.id, hash: hashToken(token), ...made });
    return new Caller(api.app, 'ada', token);
  };

  for (const [who, caller] of [
    ["the guest's owner, with leave alone", async () => as('bob')],
    ['a viewer of the guest', async () => as('eve')],
    ['an admin of the platform', async () => as('root')],
    ['a token for the guest of an owner of both', withDeployToken],
  ] as const)
    it(`are names, states and where the proxies are to ${who}`, async () => {
      const nodes = await shown(await caller());
      for (const node of nodes) {
        const { status, scheduling, cloud_id, last_action, last_error, private_address } = node;
        assert.deepEqual([status, scheduling], ['ready', 'open']);
        assert.equal(typeof node['unreachable_since'], 'string');
        assert.deepEqual([node['containers'], node['tags']], [{}, {}]);
        const unsaid = [cloud_id, last_action, last_error, private_address, node['size'], node['left']];
        assert.deepEqual(new Set(unsaid), new Set([null]));
      }
      assert.deepEqual(
        nodes.map(({ id, kind, address }) => [id, kind, address]),
        [
          ['node-proxy-1', 'proxy', '172.30.0.9'],
          ['node-runtime-1', 'runtime', null],
        ],
      );
      assert.doesNotMatch(await databag(await caller()), /10\.0\.0\.9|172\.30/);
      for (const path of ['', '/containers', '/operations', '/layers', '/releases'])
        assert.doesNotMatch((await (await caller()).get(base + path).expect(200)).text, /sentinel|10\.0\.0/);
    });

  it("are listed before the guest's own, of which all is shown, what is left of them too", async () => {
    const { formations, nodes, measures, users } = api.parts.stores;
    const { id: formationId } = (await formations.byName('shop'))!;
    const user = (await users.byUsername('owner-of-other'))!;
    const formation = (await formations.byName('shop'))!;
    // As a layer of the host is called.
    const layer = await storeLayer(api.parts.stores, { user, formation }, 'proxy');
    const own = await storeNode(api.parts.stores, layer, 1);
    await nodes.update(own.id, { ...trouble, address: '203.0.113.9' });
    const measure = { seconds: 5, containers: {}, machine: { cpuMs: 500, memory: 2 ** 30 }, disks: {} };
    const at = new Date('2026-11-21T11:59:55Z');
    await measures.put({ formationId, node: own.name }, [{ resolution: 10, at, measure }]);
    const { results } = (await as('bob').get(`${base}/nodes`).expect(200)).body as { results: Shown[] };
    const [listed] = results.filter(({ layer: of }, index) => of === 'proxy' && index === 2);
    const pages = [];
    for (let next: string | null = `${base}/nodes?limit=1`; next !== null;) {
      const page: { next: string | null; results: Shown[] } = (await as('bob').get(next).expect(200)).body;
      pages.push(...page.results);
      next = page.next;
    }
    assert.deepEqual(pages, results);
    const use = { memory: 2 ** 30, cpus: 1.9, at: '2026-11-21T11:59:55.000Z' };
    assert.deepEqual(listed?.['left'], { limits: size, use });
    assert.deepEqual(
      results.map((node) => node['own']),
      [false, false, true],
    );
  });
});
