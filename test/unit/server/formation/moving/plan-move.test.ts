import assert from 'node:assert/strict';
import { calculateDatabag } from '../../../../../server/formation/databag/calculate-databag.js';
import { afterMove, moveProblem, quotaThere } from '../../../../../server/formation/moving/plan-move.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import {
  container,
  node,
  proxy,
  release,
  runtime,
  snapshot,
} from '../../../../support/server/formation-snapshots.js';

const live = release(6, { state: 'live', limits: { web: { memory: 1000 } } });
const host = { ...snapshot().formation, id: 2, name: 'large' };
const there = (more: Parameters<typeof snapshot>[0] = {}) =>
  snapshot({
    host,
    nodes: [node(runtime, 1), node(proxy, 1)],
    releases: [live],
    containers: [container('elsewhere', 'web', 1, 5000, 'serving', 6)],
    ...more,
    formation: { name: 'shop', hostId: 3, liveReleaseId: 6, scale: { web: 2 }, ...more.formation },
  });

describe('whether a formation can move to a host', () => {
  it('is yes where it has a proxy and an open runtime node, and its quota is enough for all of it', () => {
    assert.equal(moveProblem(there(), live, {}), undefined);
    assert.equal(moveProblem(there(), live, { containers: 2, memory: 2000 }), undefined);
    assert.match(moveProblem(there(), live, { containers: 1 }) ?? '', /would be 2 containers/);
    // What serves where it is now is no excuse there.
    const both = there({
      containers: [1, 2].map((num) => container('elsewhere', 'web', num, 5000 + num, 'serving', 6)),
    });
    assert.match(moveProblem(both, live, { memory: 1999 }) ?? '', /large/);
  });

  it('is no without nodes for it, and says what to do', () => {
    const none = there({ nodes: [node(runtime, 1)] });
    assert.match(moveProblem(none, live, {}) ?? '', /no proxy.*layers:scale proxy=1 --formation=large/);
    const drained = [node(runtime, 1, 'ready', { scheduling: 'drained' }), node(proxy, 1)];
    assert.match(moveProblem(there({ nodes: drained }), live, {}) ?? '', /no runtime node that takes/);
    // Without an app it needs its site alone.
    assert.equal(moveProblem(there({ nodes: drained }), undefined, {}), undefined);
    const six = [node(runtime, 1), node(proxy, 1, 'ready', { address: 'fd00::1', privateAddress: null })];
    assert.match(moveProblem(there({ nodes: six }), live, {}) ?? '', /no IPv4 address/);
    const spoken = { ...host, proxySettings: { proxyProtocol: true } };
    assert.match(moveProblem(there({ host: spoken }), live, {}) ?? '', /PROXY protocol/);
  });

  it('is no for one that takes connections of TCP, which nothing passes on', () => {
    const tcp = there({ formation: { proxySettings: { mode: 'tcp', tcpPort: 6379 } } });
    assert.match(moveProblem(tcp, live, {}) ?? '', /^shop takes connections of TCP.*deis create/);
    const own = there({ host: undefined, formation: { proxySettings: { mode: 'tcp', tcpPort: 6379 } } });
    assert.match(moveProblem(own, undefined, {}) ?? '', /^shop takes connections of TCP/);
    const among = there({ host: { ...host, proxySettings: { mode: 'tcp', tcpPort: 6379 } } });
    assert.equal(moveProblem(among, live, {}), undefined);
  });

  it('counts there by the quota of new guests, or by the one that it had there, and on its own nodes by none', () => {
    const large = { ...host, guestQuota: { containers: 3, guests: 1 } };
    const formerStay = { quota: { memory: 7 }, passedOn: false };
    const shop = { quota: { containers: 9 }, formerStay };
    const quotaAt = (formation: Partial<FormationRecord>) =>
      quotaThere(there({ host: large, formation: { ...shop, ...formation } }));
    assert.deepEqual(quotaAt({ formerHostId: null, formerStay: null }), { containers: 3 });
    assert.deepEqual(quotaAt({ formerHostId: 4 }), { containers: 3 });
    assert.deepEqual(quotaAt({ formerHostId: 2 }), { memory: 7 });
    assert.deepEqual(quotaAt({ formerHostId: 2, formerStay: null }), { containers: 3 });
    assert.deepEqual(quotaAt({ hostId: null, formerHostId: 2 }), { containers: 9 });
    assert.deepEqual(quotaThere(there({ host: undefined, formation: shop })), {});
  });

  it('ends with what to do in the DNS, so far as there is a name', () => {
    const move = {
      formation: 'shop',
      from: 'app',
      to: 'large',
      old: [node(proxy, 1)],
      now: [node(proxy, 2)],
    };
    const [dns = '', end = ''] = afterMove({ ...move, names: ['a.com', 'b.com'] });
    assert.match(dns, /point a\.com, b\.com at 192\.0\.2\.202 \(until now 192\.0\.2\.201\)/);
    assert.match(end, /TTL: deis formations:move shop --finish/);
    assert.match(afterMove({ ...move, names: [] }).join(), /no name that leads anywhere/);
  });
});

describe('the databag of a formation that has moved', () => {
  const facts = { controllers: [], healthSeconds: 60 };
  const settings = { allow: ['10.0.0.0/8'], rateLimit: '5/s', hsts: 60, bodySize: 5000 };
  const former = (more: Parameters<typeof snapshot>[0] = {}) =>
    there({
      newProxies: [node(proxy, 2), node(proxy, 3, 'ready', { address: 'proxy.example.com' })],
      ...more,
      formation: { maintenance: true, proxySettings: settings, formerHostId: 2 },
    });

  it('has its former proxies pass on, who decide nothing that its own decide', () => {
    const site = calculateDatabag(former(), facts).proxy;
    assert.deepEqual(site.backends, ['10.0.2.3:80', '192.0.2.202:80']);
    assert.equal(site.passesOn, true);
    assert.deepEqual(
      [site.maintenance, site.allow, site.rateLimit, site.hsts, site.bodySize, site.checks],
      [false, undefined, undefined, 60, 5000, undefined],
    );
  });

  it('leaves them as they are while it serves there still', () => {
    const serving = [container('app-runtime-1', 'web', 1, 5000, 'serving', 6)];
    const site = calculateDatabag(former({ containers: serving }), facts).proxy;
    assert.deepEqual([site.backends, site.maintenance, site.passesOn], [['10.0.1.1:5000'], true, undefined]);
    const retiring = [container('app-runtime-1', 'web', 1, 5000, 'retiring', 6)];
    const databag = calculateDatabag(former({ containers: retiring }), facts);
    assert.deepEqual([databag.proxy.backends.length, databag.placements.length], [2, 1]);
  });

  it('has its own proxies believe the former ones, by their addresses', () => {
    const trusting = { ...host, proxySettings: { trusted: ['10.1.0.0/16'] } };
    const formerProxies = [node(proxy, 1, 'lost', { address: 'old.example.com' })];
    const site = calculateDatabag(there({ host: trusting, formerProxies }), facts).proxy;
    assert.deepEqual(site.trusted, ['10.1.0.0/16', '10.0.2.1']);
  });

  it('of a place that it leaves places nothing', () => {
    const serving = [container('app-runtime-1', 'web', 1, 5000, 'serving', 6)];
    const databag = calculateDatabag(there({ containers: serving, isLeaving: true }), facts);
    assert.deepEqual([databag.isLeaving, databag.placements, databag.proxy.backends], [true, [], []]);
  });
});
