import assert from 'node:assert/strict';
import { Conflict, UserError } from '../../../../../base/errors.js';
import type { ProxySettings } from '../../../../../cookbooks/proxy-settings.js';
import { calculateDatabag } from '../../../../../server/formation/databag/calculate-databag.js';
import { maskAddresses } from '../../../../../server/formation/databag/mask-databag.js';
import type { ToldClients } from '../../../../../server/store/app/tcp-port-store.js';
import {
  container,
  node,
  proxy,
  release,
  runtime,
  snapshot,
} from '../../../../support/server/formation-snapshots.js';
import { appUrls } from '../../../../../server/formation/databag/app-urls.js';
import { choosePort, requireFreePort } from '../../../../../server/formation/databag/tcp-mode.js';

const ground = { hasBoxes: false, controller: [8000, 10_000] };

describe('the databag of a formation of mode tcp', () => {
  const live = release(6, { state: 'live', health: { worker: { kind: 'tcp', retries: 5 } } });
  const of = (proxySettings: ProxySettings, told?: ToldClients) =>
    calculateDatabag(
      snapshot({
        nodes: [node(runtime, 1), node(proxy, 1)],
        releases: [live],
        containers: [
          container('app-runtime-1', 'web', 1, 5000, 'serving', 6),
          container('app-runtime-1', 'worker', 1, 5001, 'serving', 6),
        ],
        formation: { liveReleaseId: 6, proxySettings },
        told,
      }),
      { controllers: [], healthSeconds: 60 },
    );

  it('has the containers of its process type behind the port, which must listen', () => {
    const tcp = { mode: 'tcp', tcpPort: 5432 } as const;
    assert.deepEqual(of(tcp).proxy.backends, ['10.0.1.1:5000']);
    const { proxy: site, health } = of({ ...tcp, tcpType: 'worker' });
    assert.deepEqual(site.backends, ['10.0.1.1:5001']);
    assert.deepEqual(site.checks, { '10.0.1.1:5001': { kind: 'tcp', retries: 5 } });
    assert.deepEqual([health['web']?.kind, health['worker']?.kind], ['none', 'tcp']);
    assert.deepEqual([site.clients, site.neighbours], [undefined, undefined]);
    assert.deepEqual(of({ ...tcp, tcpType: 'constructor' }).proxy.backends, []);
  });

  it('has who is attached, whose addresses a stranger to the nodes is not shown', () => {
    const told = { clients: ['192.0.2.4'], neighbours: [{ id: 'shop', host: 'platform' }] };
    const databag = of({ mode: 'tcp', tcpPort: 5432 }, told);
    assert.deepEqual([databag.proxy.clients, databag.proxy.neighbours], [told.clients, told.neighbours]);
    assert.ok(!JSON.stringify(maskAddresses(databag)).includes('192.0.2.4'));
  });
});

describe('the port of a formation of mode tcp', () => {
  it('is none that something else listens on', () => {
    for (const port of [0, 1.5, 22, 53, 80, 443, 8000, 9090, 9091, 32_768, 60_999, 65_536])
      assert.throws(() => requireFreePort(port, ground), UserError, String(port));
    for (const port of [25, 5432, 6379, 10_500, 32_767, 61_000, 65_535]) requireFreePort(port, ground);
  });

  it('is none of those that containers have, where they are on the proxies themselves', () => {
    const boxes = { ...ground, hasBoxes: true };
    for (const port of [5000, 5432, 9999])
      assert.throws(
        () => requireFreePort(port, boxes),
        /on a box containers have the ports from 5000 to 9999/,
      );
    for (const port of [4999, 10_001]) requireFreePort(port, boxes);
  });

  it('is the lowest one that nobody has, where none is named', () => {
    assert.equal(choosePort([], ground), 10_001);
    assert.equal(choosePort([10_001, 10_002, 10_004], ground), 10_003);
    const all = Array.from({ length: 1000 }, (_, index) => 10_000 + index);
    assert.throws(() => choosePort(all, ground), Conflict);
  });

  it('is in the URLs of the app: by each proxy, or the name that leads to them', () => {
    const layers = [
      { name: 'proxy', kind: 'proxy', count: 2, ready: 2, addresses: ['192.0.2.7', '2001:db8::7'] },
      { name: 'runtime', kind: 'runtime', count: 1, ready: 1, addresses: ['192.0.2.8'] },
    ] as const;
    const shown = {
      owner: 'ada',
      liveVersion: 1,
      domains: [],
      certified: [],
      host: null,
      layers,
      tcpPort: 5432,
    };
    assert.deepEqual(appUrls(shown), ['tcp://192.0.2.7:5432', 'tcp://[2001:db8::7]:5432']);
    assert.deepEqual(appUrls({ ...shown, host: 'platform' }, 'db.apps.example.com'), [
      'tcp://db.apps.example.com:5432',
    ]);
  });
});
