import assert from 'node:assert/strict';
import { Conflict, NotFound, UserError } from '../../../../../base/errors.js';
import { Secret } from '../../../../../base/secret.js';
import { enableAutoCerts } from '../../../../../server/formation/proxies/auto-certs.js';
import {
  addCert,
  generateCert,
  removeCert,
  updateCert,
} from '../../../../../server/formation/proxies/certs.js';
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
    await h.end((await removeDomain(h.parts, h.user, h.formation, ' www.EXAMPLE.com.')).id);
    assert.deepEqual(last().domains, []);
  });

  it("is the app's own pages, as they were when they were set", async () => {
    const request = {
      errorPages: { '503': 'https://example.com/a.html', maintenance: 'https://example.com/b' },
    };
    await h.end((await changeProxySettings(h.parts, h.user, h.formation, request)).id);
    assert.deepEqual(last().errorPages, {
      '503': { url: 'https://example.com/a.html', content: '<p>The page of /a.html</p>' },
      maintenance: { url: 'https://example.com/b', content: '<p>The page of /b</p>' },
    });
    await h.end((await changeProxySettings(h.parts, h.user, h.formation, { errorPages: null })).id);
    assert.equal(last().errorPages, undefined);
  });

  it('cannot enforce https behind what passes connections on, without a certificate', async () => {
    const request = { trusted: ['192.0.2.1'], enforceHttps: true };
    const passedOn = { ...request, proxyProtocol: true };
    await assert.rejects(changeProxySettings(h.parts, h.user, h.formation, passedOn), Conflict);
    await changeProxySettings(h.parts, h.user, h.formation, request);
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

  it('is a renewed pair in the place of its predecessor, with the names that it adds', async () => {
    const name = 'wildcard.example.org';
    const add = { certificate: made.certificate, key: new Secret(made.key) };
    await h.end((await addCert(h.parts, h.user, h.formation, add)).id);
    const renewed = makeCertificate(['*.example.org', 'new.example.com', 'www.example.com'], 20);
    const pair = { name, certificate: renewed.certificate, key: new Secret(renewed.key) };
    await h.end((await updateCert(h.parts, h.user, h.formation, pair)).id);
    assert.deepEqual(
      last().certs.map(({ name: served, key, domains }) => [served, key, domains]),
      [[name, renewed.key, ['*.example.org', 'new.example.com', 'www.example.com']]],
    );
    await assert.rejects(updateCert(h.parts, h.user, h.formation, { ...pair, name: 'other' }), NotFound);
    await assert.rejects(
      updateCert(h.parts, h.user, h.formation, { ...pair, key: new Secret(made.key) }),
      /belongs to another certificate/,
    );
  });

  it('is a certificate signed by itself, until there is another', async () => {
    await assert.rejects(generateCert(h.parts, h.user, h.formation, { days: 30 }), /has no domains/);
    await h.end((await addDomain(h.parts, h.user, h.formation, 'www.example.com')).id);
    await h.end((await generateCert(h.parts, h.user, h.formation, { days: 365 })).id);
    const served = (): unknown => last().certs.map(({ name, domains }) => [name, domains]);
    assert.deepEqual(served(), [['generated-www.example.com', ['www.example.com']]]);
    const add = { name: 'main', certificate: made.certificate, key: new Secret(made.key) };
    await h.end((await addCert(h.parts, h.user, h.formation, add)).id);
    assert.deepEqual(served(), [
      ['generated-www.example.com', []],
      ['main', ['*.example.org', 'www.example.com']],
    ]);
  });

  it('is nothing of a CA whose terms the operator has not agreed to', async () => {
    const acme = { ...h.parts.settings.acme, agreed: false };
    const parts = { ...h.parts, settings: { ...h.parts.settings, acme } };
    await assert.rejects(
      enableAutoCerts(parts, h.user, h.formation),
      /has not agreed to the terms of service of ca\.test: its operator does that with DEIS_ACME_AGREE=yes/,
    );
    assert.equal(await h.stores.autoCerts.byFormation(h.formation.id), undefined);
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
