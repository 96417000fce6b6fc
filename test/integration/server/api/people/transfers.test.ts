import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

interface Transfer {
  readonly formation: string;
  readonly from: string;
  readonly to: string;
  readonly expires_at: string;
}

const dayMs = 24 * 60 * 60 * 1000;

describe('a transfer', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let root: Caller;
  let giver: Caller;
  let heir: Caller;
  let mallory: Caller;
  const base = '/api/formations/peachy';
  const accept = '/api/transfers/peachy/accept';
  const decline = '/api/transfers/peachy/decline';

  beforeEach(async () => {
    api = await ApiHarness.start();
    root = await api.register('root');
    giver = await api.register('giver', root);
    heir = await api.register('heir', root);
    mallory = await api.register('mallory', root);
    await giver.post('/api/formations', { id: 'peachy', flavor: 'mock' }).expect(201);
    api.worker.outcome = { state: 'succeeded' };
  });
  afterEach(() => api.close());

  const offer = () => giver.post(`${base}/transfer`, { username: 'heir' });
  const owner = async (caller: Caller): Promise<string> =>
    (await caller.get(base).expect(200)).body.owner as string;
  const offers = async (caller: Caller): Promise<Transfer[]> => {
    return (await caller.get('/api/transfers').expect(200)).body.results as Transfer[];
  };

  it('gives the giver no flavor of the heir, before or after it is accepted', async () => {
    await heir.post('/api/flavors', { id: 'heirs', provider: 'mock' }).expect(201);
    const refused = async (): Promise<void> => {
      for (const flavor of ['heirs', 'heir/heirs', 'heir/mock']) {
        const made = await giver.post(`${base}/layers`, { id: 'y', flavor }).expect(400);
        assert.deepEqual([made.body.field, made.body.type], ['flavor', 'urn:problem-type:deis:unknown-name']);
        await giver.patch(`${base}/layers/runtime`, { flavor }).expect(400);
      }
    };
    await refused();
    await offer().expect(201);
    await refused();
    assert.equal(await owner(giver), 'giver');
    await heir.post(accept).expect(200);
    assert.equal(await owner(giver), 'heir');
    await refused();
    // "mock" is a name that both have: it means the giver's own.
    const own = await giver.post(`${base}/layers`, { id: 'y', flavor: 'mock' }).expect(201);
    assert.equal(own.body.flavor_owner, 'giver');
    await heir.post('/api/flavors/heirs/shares', { formation: 'peachy' }).expect(201);
    const shared = await giver.post(`${base}/layers`, { id: 'z', flavor: 'heirs' }).expect(201);
    assert.deepEqual([shared.body.flavor, shared.body.flavor_owner], ['heirs', 'heir']);
  });

  it('is an offer until it is accepted, of which the heir sees no more than who offers what', async () => {
    const { body, headers } = await offer().expect(201);
    const expires = new Date(api.now.getTime() + 7 * dayMs).toISOString();
    const sentence = {
      formation: 'peachy',
      from: 'giver',
      to: 'heir',
      created_at: api.now.toISOString(),
      expires_at: expires,
    };
    assert.deepEqual(body, sentence);
    assert.equal(headers['location'], '/api/transfers');
    for (const caller of [giver, heir]) assert.deepEqual(await offers(caller), [sentence]);
    for (const caller of [mallory, root]) assert.deepEqual(await offers(caller), []);
    await heir.get(base).expect(404);
    assert.equal((await heir.get('/api/formations').expect(200)).body.count, 0);
    await giver.delete(base).expect(200);
  });

  it('makes the heir the owner and the giver an admin when it is accepted, once', async () => {
    await giver.post(`${base}/perms`, { username: 'heir', role: 'viewer' }).expect(200);
    await offer().expect(201);
    const both = await Promise.all([heir.post(accept), heir.post(accept), heir.post(decline)]);
    assert.equal(
      both.filter(({ status }) => status < 300).length,
      1,
      both.map(({ status }) => status).join(),
    );
    if (both[2]!.status === 204) {
      await offer().expect(201);
      await heir.post(accept).expect(200);
    }
    assert.equal(await owner(heir), 'heir');
    const { results } = (await heir.get(`${base}/perms`).expect(200)).body as {
      results: { username: string; role: string }[];
    };
    assert.deepEqual(
      results.map(({ username, role }) => [username, role]),
      [['giver', 'admin']],
    );
    await giver.delete(base).expect(403);
    assert.deepEqual(await offers(heir), []);
    await heir.post(accept).expect(404);
  });

  it('is declined by the heir, and withdrawn by the owner; then there is none', async () => {
    await offer().expect(201);
    await heir.post(decline).expect(204);
    await heir.post(accept).expect(404);
    assert.equal(await owner(giver), 'giver');
    await giver.delete(`${base}/transfer`).expect(404);
    await offer().expect(201);
    await giver.delete(`${base}/transfer`).expect(204);
    for (const path of [accept, decline]) await heir.post(path).expect(404);
    assert.equal(await owner(giver), 'giver');
  });

  it('is one of a formation at a time, to somebody else who is there, by the owner alone', async () => {
    await giver.post(`${base}/perms`, { username: 'mallory', role: 'admin' }).expect(200);
    await mallory.post(`${base}/transfer`, { username: 'mallory' }).expect(403);
    await giver.post(`${base}/transfer`, { username: 'giver' }).expect(409);
    assert.equal(
      (await giver.post(`${base}/transfer`, { username: 'nobody' }).expect(400)).body.field,
      'username',
    );
    const both = await Promise.all(
      ['heir', 'mallory'].map((username) => giver.post(`${base}/transfer`, { username })),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409]);
    const to = (await offers(giver))[0]!.to;
    const { body } = await offer().expect(409);
    assert.match(body.detail, new RegExp(`peachy is offered to ${to} already.*transfers:withdraw peachy`));
    await mallory.delete(`${base}/transfer`).expect(403);
  });

  it('is accepted and declined by the heir alone, and says nothing to others', async () => {
    const said: string[] = [];
    for (const name of ['peachy', 'nosuch']) {
      for (const caller of [mallory, root, giver]) {
        for (const answer of ['accept', 'decline']) {
          said.push(
            (await caller.post(`/api/transfers/${name}/${answer}`).expect(404)).body.detail.replaceAll(
              name,
              'NAME',
            ),
          );
        }
      }
      if (name === 'peachy') await offer().expect(201);
    }
    for (const caller of [mallory, root, giver])
      said.push((await caller.post(accept).expect(404)).body.detail.replace('peachy', 'NAME'));
    assert.deepEqual(new Set(said), new Set(['no one offers you "NAME"']));
    assert.equal((await offers(heir)).length, 1);
  });

  it('ends after seven days, and makes place for another', async () => {
    await offer().expect(201);
    api.now = new Date(api.now.getTime() + 7 * dayMs - 1);
    assert.equal((await offers(heir)).length, 1);
    api.now = new Date(api.now.getTime() + 1);
    for (const caller of [giver, heir]) assert.deepEqual(await offers(caller), []);
    for (const path of [accept, decline]) await heir.post(path).expect(404);
    await giver.delete(`${base}/transfer`).expect(404);
    await giver.post(`${base}/transfer`, { username: 'mallory' }).expect(201);
    await mallory.post(accept).expect(200);
    assert.equal(await owner(mallory), 'mallory');
  });

  it('keeps nobody from closing the account, and goes with it', async () => {
    await offer().expect(201);
    await heir.post('/api/auth/cancel', { password: 'correct horse battery' }).expect(204);
    assert.deepEqual(await offers(giver), []);
    await giver.post(`${base}/transfer`, { username: 'mallory' }).expect(201);
  });

  it('goes with its formation, and is neither made nor accepted while that is being destroyed', async () => {
    await offer().expect(201);
    const { stores } = api.parts;
    const { id } = (await stores.formations.byName('peachy'))!;
    await stores.formations.markDestroying(id);
    await heir.post(accept).expect(409);
    await giver.delete(`${base}/transfer`).expect(204);
    await offer().expect(409);
    await stores.formations.unmarkDestroying(id);
    await offer().expect(201);
    await stores.formations.delete(id);
    assert.deepEqual(await offers(heir), []);
    await heir.post(accept).expect(404);
  });

  it("is in the formation's audit log: who offered, who accepted, who declined", async () => {
    await offer().expect(201);
    await heir.post(decline).expect(204);
    await offer().expect(201);
    await giver.delete(`${base}/transfer`).expect(204);
    await offer().expect(201);
    await mallory.post(accept).expect(404);
    await heir.post(accept).expect(200);
    const { results } = (await heir.get(`${base}/audit`).expect(200)).body as {
      results: Record<string, string>[];
    };
    assert.deepEqual(
      results.map(({ actor, action, outcome }) => `${actor} ${action} ${outcome}`),
      [
        'heir POST /transfers/:transfer/accept done',
        'giver POST /formations/:formation/transfer done',
        'giver DELETE /formations/:formation/transfer done',
        'giver POST /formations/:formation/transfer done',
        'heir POST /transfers/:transfer/decline done',
        'giver POST /formations/:formation/transfer done',
      ],
    );
  });
});
