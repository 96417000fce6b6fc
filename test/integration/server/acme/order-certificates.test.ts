import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { disableAutoCerts } from '../../../../server/formation/proxies/auto-certs.js';
import { AcmeBench } from '../../../support/acme/acme-bench.js';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe('certificates that are ordered', function () {
  this.timeout(120_000);
  let bench: AcmeBench;
  afterEach(() => bench.close());

  it('are one for all names, on each proxy, by challenges that either proxy answers', async () => {
    bench = await AcmeBench.start();
    const [one, two] = bench.proxies;
    await bench.domain('www.example.com', [one!]);
    await bench.domain('api.example.com', [two!]);
    await bench.domain('*.example.org');
    await bench.enable();
    await bench.look();
    assert.deepEqual(bench.served(), {
      'app-proxy-1': ['auto-1: api.example.com www.example.com'],
      'app-proxy-2': ['auto-1: api.example.com www.example.com'],
    });
    assert.deepEqual([bench.ca.count('new-order'), await bench.problems()], [1, {}]);
    const [cert] = await bench.certs();
    assert.deepEqual([cert?.source, cert?.name], ['acme', 'auto-1']);
    const key = new X509Certificate(cert!.certificate).publicKey;
    assert.deepEqual(key.asymmetricKeyDetails, { namedCurve: 'prime256v1' });
    const operations = await bench.h.database.database('operations').orderBy('seq', 'desc').limit(1);
    assert.deepEqual([operations[0].kind, operations[0].system_actor], ['configure-proxies', 'acme']);
    const audit = await bench.h.database.database('audit_entries').orderBy('id', 'desc').first();
    assert.equal(audit.actor, 'system:acme');
  });

  it('take a new name in, and are not ordered for one that goes', async () => {
    bench = await AcmeBench.start();
    await bench.domain('www.example.com');
    await bench.enable();
    await bench.look();
    await bench.domain('new.example.com');
    await bench.look();
    assert.deepEqual(bench.served()['app-proxy-1'], ['auto-1: new.example.com www.example.com']);
    await bench.h.stores.domains.delete(bench.h.formation.id, 'www.example.com');
    await bench.pass(day);
    assert.equal(bench.ca.count('new-order'), 2);
  });

  it('are not ordered once more when it is turned off and on', async () => {
    bench = await AcmeBench.start();
    await bench.domain('www.example.com');
    await bench.enable();
    await bench.look();
    await bench.h.end((await disableAutoCerts(bench.formation, bench.h.user, bench.h.formation)).id);
    assert.equal(bench.h.nodes.calls.at(-1)?.databag.proxy.acmeThumbprint, undefined);
    await bench.pass(day);
    await bench.enable();
    await bench.pass(day);
    assert.deepEqual([bench.ca.count('new-order'), (await bench.certs()).length], [1, 1]);
    const [order] = await bench.orders();
    assert.ok(order!.renewAt! > bench.h.now);
  });

  it('are as few as the CA allows', async () => {
    bench = await AcmeBench.start({ maxNames: 3 });
    for (let number = 1; number <= 7; number++) await bench.domain(`n${number}.example.com`);
    await bench.enable();
    await bench.look();
    assert.deepEqual(
      (await bench.certs()).map(({ domains }) => domains.length),
      [2, 2, 3],
    );
    assert.equal(bench.ca.count('new-order'), 3);
  });

  for (const [what, lifetimeMs] of [
    ['90 days', 90 * day],
    ['6 days', 6 * day],
    ['10 minutes', 10 * minute],
  ] as const)
    it(`are renewed at two thirds of ${what}, and never lapse`, async () => {
      bench = await AcmeBench.start();
      bench.ca.lifetimeMs = lifetimeMs;
      await bench.domain('www.example.com');
      await bench.enable();
      const begin = bench.h.now.getTime();
      await bench.pass(lifetimeMs * 2 + lifetimeMs / 3);
      const orders = bench.ca.asked.filter((each) => each.what === 'new-order').map(({ at }) => at.getTime());
      assert.equal(orders.length, 4, JSON.stringify(orders.map((at) => (at - begin) / lifetimeMs)));
      for (const [index, at] of orders.entries()) {
        const late = at - begin - (index * lifetimeMs * 2) / 3;
        assert.ok(late >= -1000 && late < 30_000 + lifetimeMs / 50, `renewal ${index} is ${late} ms late`);
      }
      const [cert] = await bench.certs();
      assert.ok(cert!.expiresAt > bench.h.now);
    });

  it('are renewed when the CA says so, and the order says what it follows', async () => {
    bench = await AcmeBench.start();
    bench.ca.window = [0.4, 0.45];
    bench.ca.explanation = 'https://ca.test/why';
    await bench.domain('www.example.com');
    await bench.enable();
    const begin = bench.h.now.getTime();
    await bench.look();
    const [order] = await bench.orders();
    assert.equal(order?.renewalBy, 'ca');
    assert.equal(order.explanation, 'https://ca.test/why');
    const part = (order.renewAt!.getTime() - begin) / bench.ca.lifetimeMs;
    assert.ok(part >= 0.39 && part <= 0.46, String(part));
    await bench.pass(day);
    bench.ca.window = [0.02, 0.03];
    await bench.pass(2 * day);
    assert.equal(bench.ca.count('new-order'), 2, 'a CA that revokes moves its window');
    assert.equal(bench.ca.replaced.length, 1);
    assert.ok(bench.ca.count('renewal-info') <= 20, 'no more often than the CA wants');
  });

  it('are renewed by their lifetime when the CA does not say when', async () => {
    bench = await AcmeBench.start();
    bench.ca.window = [0.4, 0.45];
    bench.ca.fault = (what) =>
      what === 'renewal-info' ? { status: 500, type: 'serverInternal', detail: 'away' } : undefined;
    await bench.domain('www.example.com');
    await bench.enable();
    await bench.look();
    const [order] = await bench.orders();
    assert.equal(order?.renewalBy, 'lifetime');
    assert.match(bench.log.join('\n'), /did not say when to renew/);
  });

  it('are one order when two controllers look at once', async () => {
    bench = await AcmeBench.start();
    await bench.domain('www.example.com');
    await bench.enable();
    await Promise.all([1, 2, 3].map(() => bench.look(bench.controller())));
    assert.equal(bench.ca.count('new-order'), 1);
    assert.equal((await bench.certs()).length, 1);
  });

  it('are one order when a controller dies on the way, and the next goes on with it', async () => {
    bench = await AcmeBench.start();
    bench.ca.badNonceEvery = 1000;
    await bench.domain('www.example.com');
    await bench.enable();
    for (const dead of ['authorization', 'challenge', 'finalize', 'certificate']) {
      bench.ca.fault = (what) => (what === dead ? 'gone' : undefined);
      await bench.pass(2 * minute);
      assert.deepEqual(await bench.certs(), [], dead);
    }
    bench.ca.fault = () => undefined;
    await bench.pass(hour);
    assert.equal(bench.ca.count('new-order'), 1);
    assert.equal((await bench.certs()).length, 1);
  });

  it('wait for a CA that takes its time, as long as it says', async () => {
    bench = await AcmeBench.start();
    bench.ca.processing = { looks: 2, retryAfter: 600 };
    await bench.domain('www.example.com');
    await bench.enable();
    await bench.look();
    const [order] = await bench.orders();
    assert.equal(order?.lastError, 'The CA still works on the order');
    assert.ok(order.notBefore!.getTime() - bench.h.now.getTime() >= 600_000);
    await bench.pass(hour);
    assert.equal((await bench.certs()).length, 1);
    assert.equal(bench.ca.count('new-order'), 1);
  });
});
