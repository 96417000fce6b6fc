import assert from 'node:assert/strict';
import { Conflict, UserError } from '../../../../../base/errors.js';
import { createLayer } from '../../../../../server/formation/layers/create-layer.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { enableAutoCerts } from '../../../../../server/formation/proxies/auto-certs.js';
import { generateCert } from '../../../../../server/formation/proxies/certs.js';
import { addDomain, removeDomain } from '../../../../../server/formation/proxies/domains.js';
import { changeProxySettings } from '../../../../../server/formation/proxies/proxy-settings.js';
import { setMaintenance } from '../../../../../server/formation/proxies/maintenance.js';
import { changeSetting } from '../../../../../server/formation/releases/settings/change-setting.js';
import { readFormationSummaries } from '../../../../../server/store/app/formation-summary.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('proxies of mode tcp', function () {
  this.timeout(60_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push();
  });
  afterEach(() => h.close());

  const set = (changes: Parameters<typeof changeProxySettings>[3], formation = h.formation) =>
    changeProxySettings(h.parts, h.user, formation, changes);
  const last = () => h.nodes.calls.at(-1)!.databag.proxy;
  const refused = (what: Promise<unknown>, words: RegExp) =>
    assert.rejects(what, (error) => error instanceof Conflict && words.test(error.message));

  it('listen at the port that is named, or at one that is free, with the web containers behind it', async () => {
    const { state } = await h.end((await set({ mode: 'tcp', tcpPort: 5432 })).id);
    assert.equal(state, 'succeeded');
    const { mode, tcpPort, backends } = last();
    assert.deepEqual([mode, tcpPort, backends.length], ['tcp', 5432, 1]);
    const [summary] = [...(await readFormationSummaries(h.database.database, [h.formation.id])).values()];
    assert.equal(summary?.tcpPort, 5432);
    await h.end((await set({ tcpPort: null })).id);
    assert.equal(last().tcpPort, 10_000);
    await h.push();
    assert.deepEqual([last().tcpPort, last().backends.length], [10_000, 1]);
    await h.end((await set({ mode: 'http' })).id);
    assert.deepEqual([last().mode, last().tcpPort], [undefined, undefined]);
    assert.deepEqual(await h.stores.tcpPorts.all(), []);
  });

  it('share out their ports among the formations on the same nodes', async () => {
    const guest = await createFormation(h.parts, h.user, { name: 'guest', host: h.formation });
    const other = await createFormation(h.parts, h.user, { name: 'other' });
    await set({ mode: 'tcp', tcpPort: 5432 });
    await refused(set({ mode: 'tcp', tcpPort: 5432 }, guest), /port 5432 of these proxies is taken/);
    assert.equal((await h.stores.formations.byId(guest.id))?.proxySettings.mode, undefined);
    await set({ mode: 'tcp' }, guest);
    await set({ mode: 'tcp', tcpPort: 5432 }, other);
    const ports = await h.stores.tcpPorts.all();
    assert.deepEqual(
      ports.map(({ formationId, groundId, port }) => [formationId, groundId, port]),
      [
        [h.formation.id, h.formation.id, 5432],
        [guest.id, h.formation.id, 10_000],
        [other.id, other.id, 5432],
      ],
    );
    const flavor = await h.stores.flavors.byName(h.user.id, 'mock');
    await refused(
      createLayer(h.parts, h.user, h.formation, { name: 'box', flavor: flavor! }),
      /at port 5432, and on a box containers have the ports/,
    );
    for (const tcpPort of [22, 80, 443, 40_000])
      await assert.rejects(set({ tcpPort }), (error) => error instanceof UserError && error.field === 'port');
  });

  it('are not for a formation that moves, or is passed on', async () => {
    const guest = await createFormation(h.parts, h.user, { name: 'guest', host: h.formation });
    for (const places of [{ formerHostId: guest.id }, { formerHostId: null, vacantHostId: guest.id }]) {
      await h.stores.formations.setPlaces(guest.id, places);
      await refused(set({ mode: 'tcp' }, guest), /deis formations:move guest --finish/);
    }
    await h.stores.formations.setPlaces(guest.id, { vacantHostId: null });
    await set({ mode: 'tcp' }, guest);
  });

  it('are for formations without anything of HTTP', async () => {
    await addDomain(h.parts, h.user, h.formation, 'www.example.com');
    await refused(set({ mode: 'tcp' }), /has the domain www\.example\.com.*domains:remove www\.example\.com/);
    await removeDomain(h.parts, h.user, h.formation, 'www.example.com');
    await setMaintenance(h.parts, h.user, h.formation, true);
    await refused(set({ mode: 'tcp' }), /maintenance:off/);
    await setMaintenance(h.parts, h.user, h.formation, false);
    const check = { web: { kind: 'http', path: '/up' } } as const;
    await changeSetting(h.parts, h.user, h.formation, 'health', check);
    await refused(set({ mode: 'tcp' }), /checked by tcp.*healthchecks:unset web/);
    await changeSetting(h.parts, h.user, h.formation, 'health', { web: null });
    await set({ mode: 'tcp' });
    await refused(
      addDomain(h.parts, h.user, h.formation, 'www.example.com'),
      /a domain is for requests of HTTP/,
    );
    await refused(setMaintenance(h.parts, h.user, h.formation, true), /maintenance is for requests of HTTP/);
    await refused(enableAutoCerts(h.parts, h.user, h.formation), /agreed|a certificate is for requests/);
    await refused(
      generateCert(h.parts, h.user, h.formation, { domains: ['www.example.com'], days: 1 }),
      /a certificate is for requests of HTTP/,
    );
    await refused(
      changeSetting(h.parts, h.user, h.formation, 'health', check),
      /a check of \/up asks by HTTP/,
    );
    await setMaintenance(h.parts, h.user, h.formation, false);
  });
});
