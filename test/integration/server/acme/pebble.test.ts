import assert from 'node:assert/strict';
import { AcmeBench } from '../../../support/acme/acme-bench.js';
import { PebbleServer } from '../../../support/pebble/pebble-server.js';

const [minute, day] = [60_000, 86_400_000];

/** Against a CA that others wrote; ./order-certificates.test.ts and ./refused.test.ts do the same without it. */
describe('certificates of pebble', function () {
  this.timeout(120_000);
  let pebble: PebbleServer;
  let bench: AcmeBench;
  const start = async (lifetimeMs: number): Promise<void> => {
    pebble = await PebbleServer.start({ lifetimeSeconds: lifetimeMs / 1000 });
    bench = await AcmeBench.withPebble(pebble);
  };
  afterEach(async () => {
    await bench.close();
    await pebble.stop();
  });

  for (const [what, lifetimeMs] of [
    ['90 days', 90 * day],
    ['6 days', 6 * day],
    ['10 minutes', 10 * minute],
  ] as const)
    it(`are issued by challenges on either of two proxies, and renewed at two thirds of ${what}`, async () => {
      await start(lifetimeMs);
      const names = ['one.example.com', 'two.example.com', 'both.example.com'];
      for (const [index, name] of names.entries()) {
        await pebble.point(name, bench.proxies.slice(index % 2, index === 2 ? 2 : (index % 2) + 1));
        await bench.domain(name);
      }
      await bench.enable();
      await bench.look();
      assert.deepEqual(await bench.problems(), {});
      const [cert, ...others] = await bench.certs();
      assert.deepEqual([cert?.domains, others], [[...names].sort(), []]);
      assert.deepEqual(Object.values(bench.served()).flat(), [
        `auto-1: ${[...names].sort().join(' ')}`,
        `auto-1: ${[...names].sort().join(' ')}`,
      ]);
      const lifetime = cert!.expiresAt.getTime() - bench.h.now.getTime();
      assert.ok(Math.abs(lifetime - lifetimeMs) < minute, String(lifetime));
      bench.h.now = new Date(bench.h.now.getTime() + lifetimeMs * 0.6);
      await bench.look();
      assert.equal((await bench.certs())[0]!.fingerprint, cert!.fingerprint, 'it is not renewed before');
      bench.h.now = new Date(bench.h.now.getTime() + lifetimeMs * 0.08);
      await bench.look();
      const [renewed] = await bench.certs();
      assert.notEqual(renewed!.fingerprint, cert!.fingerprint);
      assert.deepEqual(renewed!.domains, cert!.domains);
    });

  it('are refused in its own words, for a name that leads elsewhere at the last moment', async () => {
    await start(90 * day);
    await pebble.point('www.example.com', [bench.proxies[0]!]);
    await bench.domain('www.example.com');
    await bench.enable();
    // As a CDN does that answers the controller and not the CA.
    const ask = bench.ask.bind(bench);
    bench.ask = async (address, name, path) =>
      path.includes('/deis-') ? ask(address, name, path) : { status: 404, body: 'cached' };
    await bench.look();
    const problem = (await bench.problems())['www.example.com']!;
    assert.match(
      problem,
      /is not this formation: does a CDN or another host stand before it\? The CA says: .*404/,
    );
    assert.deepEqual(await bench.certs(), []);
  });

  it('are one order for two controllers', async () => {
    await start(90 * day);
    await pebble.point('www.example.com', bench.proxies);
    await bench.domain('www.example.com');
    await bench.enable();
    await Promise.all([1, 2].map(() => bench.look(bench.controller())));
    assert.equal((await bench.certs()).length, 1);
    const operations = await bench.h.database.database('operations').where({ system_actor: 'acme' });
    assert.equal(operations.length, 1);
  });
});
