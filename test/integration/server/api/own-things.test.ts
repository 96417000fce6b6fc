import assert from 'node:assert/strict';
import { generateSshKeyPair } from '../../../../provisioner/ssh/host-key.js';
import { storeNode } from '../../../support/server/stored-formation.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';

const newKey = (comment = '') => {
  const { publicKey, privateKey } = generateSshKeyPair();
  return { public: `${publicKey} ${comment}`, private: privateKey.reveal() };
};
const ids = (answer: { body: { results: { id: string }[] } }): string[] =>
  answer.body.results.map(({ id }) => id);

describe('keys, providers and flavors', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let ada: Caller;
  let bob: Caller;
  before(async () => {
    api = await ApiHarness.start();
    ada = await api.register('ada');
    bob = await api.register('bob', ada);
  });
  after(() => api.close());

  describe('keys', () => {
    it('are added, listed and removed', async () => {
      const { body, headers } = await ada
        .post('/api/keys', { public: newKey('ada@laptop').public })
        .expect(201);
      assert.equal(body.id, 'ada@laptop');
      assert.match(body.fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/);
      assert.match(body.public, /^ssh-ed25519 [A-Za-z0-9+/=]+$/);
      assert.ok(Date.parse(body.created_at) > 0);
      assert.deepEqual(ids(await ada.get('/api/keys').expect(200)), ['ada@laptop']);
      assert.deepEqual(ids(await bob.get('/api/keys').expect(200)), []);
      const [listed] = (await ada.get('/api/keys').expect(200)).body.results as unknown[];
      assert.deepEqual((await ada.get('/api/keys/ada@laptop').expect(200)).body, listed);
      await bob.get('/api/keys/ada@laptop').expect(404);
      await ada.get('/api/keys/nosuch').expect(404);
      await bob.delete(headers['location'] as string).expect(404);
      await ada.delete(headers['location'] as string).expect(204);
      await ada.delete(headers['location'] as string).expect(404);
    });

    it('take the name given, the comment made harmless, or type and fingerprint', async () => {
      assert.equal(
        (await ada.post('/api/keys', { id: 'work', public: newKey('x').public }).expect(201)).body.id,
        'work',
      );
      assert.equal(
        (await ada.post('/api/keys', { public: newKey('Ada Lovelace / home').public }).expect(201)).body.id,
        'Ada-Lovelace-home',
      );
      assert.match(
        (await ada.post('/api/keys', { public: newKey().public }).expect(201)).body.id,
        /^ed25519-[A-Za-z0-9]{8}$/,
      );
      await ada.post('/api/keys', { id: '../x', public: newKey().public }).expect(400);
    });

    it('are refused when anybody has them, without saying who', async () => {
      const key = newKey('shared').public;
      await ada.post('/api/keys', { public: key }).expect(201);
      const { text } = await bob.post('/api/keys', { id: 'mine', public: key }).expect(409);
      // An id of the request beside it may hold these letters.
      assert.doesNotMatch(text, /\bada\b|shared/);
      assert.match(text, /another account here has this key[^]*ssh-keygen [^]*git config core\.sshCommand/);
      const refusal = async (body: object): Promise<string> =>
        (await ada.post('/api/keys', body).expect(409)).body.detail as string;
      assert.equal(await refusal({ id: 'again', public: key }), 'you have this key already, named shared');
      assert.match(await refusal({ id: 'shared', public: newKey().public }), /give this one another name/);
    });

    it('are refused when they are no public keys, naming the field and not repeating the key', async () => {
      const { private: secret } = newKey();
      const { body, text } = await ada.post('/api/keys', { public: secret }).expect(400);
      assert.equal(body.field, 'public');
      assert.doesNotMatch(text, /BEGIN/);
      for (const value of ['', 'ssh-dss AAAA', 'nonsense', 7, null])
        assert.equal((await ada.post('/api/keys', { public: value }).expect(400)).body.field, 'public');
    });
  });

  describe('providers', () => {
    it('take credentials and never give them out', async () => {
      const answers = [
        await ada.post('/api/providers', { id: 'mine', type: 'mock', creds: { key: 'hunter2' } }).expect(201),
        await ada.get('/api/providers/mine').expect(200),
        await ada.patch('/api/providers/mine', { creds: '{"key":"hunter3"}' }).expect(200),
        await ada.get('/api/providers').expect(200),
      ];
      for (const { text } of answers) assert.doesNotMatch(text, /hunter|creds/);
      assert.deepEqual(Object.keys(answers[1]!.body), ['id', 'type', 'created_at', 'updated_at']);
      const stored = (await api.parts.stores.providers.byName(
        (await api.parts.stores.users.byUsername('ada'))!.id,
        'mine',
      ))!;
      assert.equal((await api.parts.stores.providers.creds(stored.id)).reveal(), '{"key":"hunter3"}');
      const [row] = await api.db
        .database('providers')
        .where({ id: stored.id })
        .select<{ creds_encrypted: Buffer }[]>('creds_encrypted');
      assert.ok(!row!.creds_encrypted.includes('hunter'));
    });

    it('are refused with a type that is none and with credentials that the cloud refuses', async () => {
      assert.deepEqual(
        (await ada.post('/api/providers', { id: 'x', type: 'gce' }).expect(400)).body.field,
        'type',
      );
      assert.equal(
        (await ada.post('/api/providers', { id: 'x', type: 'mock', creds: { key: 'wrong' } }).expect(400))
          .body.field,
        'creds',
      );
      await ada.patch('/api/providers/mine', { creds: { key: 'wrong' } }).expect(400);
      await ada.patch('/api/providers/mine', { creds: 'key=1' }).expect(400);
      await ada.post('/api/providers', { id: 'mine', type: 'mock' }).expect(409);
    });

    it("are one user's own", async () => {
      for (const answer of [
        await bob.get('/api/providers/mine'),
        await bob.patch('/api/providers/mine', { creds: {} }),
        await bob.delete('/api/providers/mine'),
      ])
        assert.equal(answer.status, 404);
      await bob.post('/api/providers', { id: 'mine', type: 'mock' }).expect(201);
      assert.equal(
        (await bob.post('/api/flavors', { id: 'f', provider: 'nobodys' }).expect(400)).body.field,
        'provider',
      );
    });

    it('stay while a flavor needs them', async () => {
      await ada.post('/api/flavors', { id: 'needs-mine', provider: 'mine' }).expect(201);
      await ada.delete('/api/providers/mine').expect(409);
      await ada.delete('/api/flavors/needs-mine').expect(204);
      await ada.delete('/api/providers/mine').expect(204);
      await ada.get('/api/providers/mine').expect(404);
    });
  });

  describe('flavors', () => {
    it('stay where their nodes are', async () => {
      await ada.post('/api/flavors', { id: 'placed', provider: 'mock', params: { zone: 'a' } }).expect(201);
      await ada.patch('/api/flavors/placed', { params: { zone: 'b' } }).expect(200);
      await ada.post('/api/formations', { id: 'placed-app', flavor: 'placed' }).expect(201);
      const { stores } = api.parts;
      const formation = (await stores.formations.byName('placed-app'))!;
      await storeNode(stores, (await stores.layers.byName(formation.id, 'runtime'))!, 1);
      const { body } = await ada.patch('/api/flavors/placed', { params: { zone: 'c' } }).expect(409);
      assert.match(body.detail, /placed has nodes, which would be looked for elsewhere/);
      await ada.patch('/api/flavors/placed', { params: { zone: 'b', size: 's' } }).expect(200);
      await ada.post('/api/providers', { id: 'second', type: 'mock' }).expect(201);
      await ada.patch('/api/flavors/placed', { provider: 'second' }).expect(409);
    });

    it('are created, shown, changed and deleted', async () => {
      const flavor = {
        id: 'small',
        provider: 'mock',
        params: { size: 's' },
        init: '#cloud-config\npackages: [htop]\n',
      };
      assert.deepEqual((await ada.post('/api/flavors', flavor).expect(201)).body, flavor);
      assert.deepEqual((await ada.get('/api/flavors/small').expect(200)).body, flavor);
      assert.deepEqual((await ada.patch('/api/flavors/small', { params: '{"size":"m"}' }).expect(200)).body, {
        ...flavor,
        params: { size: 'm' },
      });
      assert.deepEqual((await ada.patch('/api/flavors/small', {}).expect(200)).body.params, { size: 'm' });
      await bob.get('/api/flavors/small').expect(404);
      await bob.patch('/api/flavors/small', { init: '' }).expect(404);
      await bob.delete('/api/flavors/small').expect(404);
      await ada.delete('/api/flavors/small').expect(204);
      await ada.get('/api/flavors/small').expect(404);
    });

    it('are checked by their provider, which names the field', async () => {
      const { body } = await ada
        .post('/api/flavors', { id: 'odd', provider: 'mock', params: { size: 'xxl' } })
        .expect(400);
      assert.equal(body.field, 'params.size');
      assert.equal(
        (await ada.patch('/api/flavors/mock', { params: { colour: 'red' } }).expect(400)).body.field,
        'params.size',
      );
      await ada.post('/api/flavors', { id: 'odd', provider: 'mock', params: '{"size":' }).expect(400);
    });

    it('take a cloud-config as init, and say in which line it is none', async () => {
      const init = (text: unknown) =>
        ada.post('/api/flavors', { id: 'with-init', provider: 'mock', init: text });
      const { body } = await init('#cloud-config\npackages: [htop\nruncmd: x\n').expect(400);
      assert.equal(body.field, 'init');
      assert.match(body.detail, /line \d/);
      for (const text of ['#!/bin/sh\nreboot', '- a\n- b\n', 7, 'x: ' + 'y'.repeat(17_000)])
        assert.equal((await init(text).expect(400)).body.field, 'init');
      await init('#cloud-config\n').expect(201);
    });

    it('stay while a layer is made of them', async () => {
      await ada.post('/api/formations', { id: 'uses-mock', flavor: 'mock' }).expect(201);
      await ada.delete('/api/flavors/mock').expect(409);
    });
  });
});
