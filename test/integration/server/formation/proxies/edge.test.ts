import assert from 'node:assert/strict';
import { Conflict, NotFound, UserError } from '../../../../../base/errors.js';
import { Secret } from '../../../../../base/secret.js';
import { addCert, removeCert } from '../../../../../server/formation/proxies/certs.js';
import { addDomain, removeDomain } from '../../../../../server/formation/proxies/domains.js';
import { changeProxySettings } from '../../../../../server/formation/proxies/proxy-settings.js';
import { setMaintenance } from '../../../../../server/formation/proxies/maintenance.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';
import { makeCertificate } from '../../../../support/server/make-certificate.js';

describe('what proxies are told', function () {
  this.timeout(60_000);
  let h: FormationHarness;
  const made = makeCertificate(['www.example.com', '*.example.org']);

  beforeEach(async () => {
    h = await FormationHarness.create();
    // Certificates of this test are made a little later.
    h.now = new Date(Date.now() + 60_000);
    await h.scaleLayers({ runtime: 1, proxy: 2 });
    await h.push();
  });
  afterEach(() => h.close());

  const last = () => h.nodes.calls.at(-1)!.databag.proxy;

  it('reaches every proxy, and no other node, under a new generation', async () => {
    const from = h.nodes.calls.length;
    const { generation } = (await h.snapshot()).formation;
    const operation = await h.end((await addDomain(h.parts, h.user, h.formation, 'WWW.example.com')).id);
    assert.deepEqual(
      [operation.kind, operation.state, operation.result],
      ['configure-proxies', 'succeeded', { proxies: ['app-proxy-1', 'app-proxy-2'] }],
    );
    assert.deepEqual(
      h.nodes.calls
        .slice(from)
        .map(({ node, databag }) => [node, databag.generation])
        .sort(),
      [
        ['app-proxy-1', generation + 1],
        ['app-proxy-2', generation + 1],
      ],
    );
    assert.deepEqual([last().domains, last().backends.length], [['www.example.com'], 1]);
    await h.end((await removeDomain(h.parts, h.user, h.formation, 'www.example.com')).id);
    assert.deepEqual(last().domains, []);
  });

  it("is one formation's domain alone", async () => {
    const other = await createFormation(h.parts, h.user, { name: 'other' });
    await addDomain(h.parts, h.user, h.formation, 'www.example.com');
    await assert.rejects(addDomain(h.parts, h.user, other, 'www.example.com'), Conflict);
    await assert.rejects(removeDomain(h.parts, h.user, other, 'www.example.com'), NotFound);
    await assert.rejects(
      addCert(h.parts, h.user, other, { certificate: made.certificate, key: new Secret(made.key) }),
      Conflict,
    );
    assert.deepEqual(await h.stores.certs.ofFormation(other.id), []);
    await assert.rejects(addDomain(h.parts, h.user, other, 'nonsense'), UserError);
  });

  it('is a certificate with its names, each domain served by the best', async () => {
    await h.end(
      (
        await addCert(h.parts, h.user, h.formation, {
          certificate: made.certificate,
          key: new Secret(made.key),
        })
      ).id,
    );
    assert.deepEqual(last().domains, ['*.example.org', 'www.example.com']);
    assert.deepEqual(
      last().certs.map(({ name, domains, key }) => [name, domains, key]),
      [['wildcard.example.org', ['*.example.org', 'www.example.com'], made.key]],
    );
    const longer = makeCertificate(['www.example.com'], 20);
    await h.end(
      (
        await addCert(h.parts, h.user, h.formation, {
          name: 'longer',
          certificate: longer.certificate,
          key: new Secret(longer.key),
        })
      ).id,
    );
    assert.deepEqual(
      last().certs.map(({ name, domains }) => [name, domains]),
      [
        ['longer', ['www.example.com']],
        ['wildcard.example.org', ['*.example.org']],
      ],
    );
    await h.end((await removeCert(h.parts, h.user, h.formation, 'longer')).id);
    assert.deepEqual(
      last().certs.map(({ domains }) => domains),
      [['*.example.org', 'www.example.com']],
    );
    await assert.rejects(removeCert(h.parts, h.user, h.formation, 'longer'), NotFound);
  });

  it('is maintenance, which outlives a deploy', async () => {
    await h.end((await setMaintenance(h.parts, h.user, h.formation, true)).id);
    await h.push();
    assert.equal(last().maintenance, true);
    await h.end((await setMaintenance(h.parts, h.user, h.formation, false)).id);
    assert.equal(last().maintenance, false);
  });

  it('is how to treat requests, which outlives a deploy, and says no default', async () => {
    const set = async (changes: Parameters<typeof changeProxySettings>[3]) =>
      h.end((await changeProxySettings(h.parts, h.user, h.formation, changes)).id);
    const plain = last();
    const operation = await set({ algorithm: 'least_conn', bodySize: '20m', allow: ['10.0.0.0/8'] });
    assert.deepEqual(
      [operation.kind, operation.state, operation.result],
      ['configure-proxies', 'succeeded', { proxies: ['app-proxy-1', 'app-proxy-2'] }],
    );
    await h.push();
    assert.deepEqual(
      { ...last(), backends: [] },
      { ...plain, algorithm: 'least_conn', allow: ['10.0.0.0/8'], bodySize: 20 * 2 ** 20, backends: [] },
    );
    await set({ algorithm: null, bodySize: null, allow: [] });
    assert.deepEqual({ ...last(), backends: [] }, { ...plain, backends: [] });
    await assert.rejects(changeProxySettings(h.parts, h.user, h.formation, { timeoutSeconds: 0 }), UserError);
  });

  it('enforces https only while something speaks it', async () => {
    const set = (changes: Parameters<typeof changeProxySettings>[3]) =>
      changeProxySettings(h.parts, h.user, h.formation, changes);
    await assert.rejects(set({ enforceHttps: true }), Conflict);
    await addCert(h.parts, h.user, h.formation, {
      name: 'main',
      certificate: made.certificate,
      key: new Secret(made.key),
    });
    await h.end((await set({ enforceHttps: true })).id);
    assert.equal(last().enforceHttps, true);
    await assert.rejects(removeCert(h.parts, h.user, h.formation, 'main'), Conflict);
    await set({ trusted: ['10.0.0.7'] });
    await h.end((await removeCert(h.parts, h.user, h.formation, 'main')).id);
    assert.deepEqual([last().certs, last().enforceHttps, last().trusted], [[], true, ['10.0.0.7']]);
    await assert.rejects(set({ trusted: null }), Conflict);
  });

  it('names the proxy that does not take it', async () => {
    h.nodes.fault = ({ node }) => (node === 'app-proxy-2' ? 'failed' : undefined);
    const operation = await h.end((await setMaintenance(h.parts, h.user, h.formation, true)).id);
    assert.deepEqual([operation.state, operation.error?.node], ['failed', 'app-proxy-2']);
  });
});
