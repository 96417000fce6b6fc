import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { waitUntil } from '../../../../../base/wait-until.js';
import { fingerprintOf, openTls, OwnBench, type OwnController } from '../../../../support/acme/own-bench.js';
import { PebbleServer } from '../../../../support/pebble/pebble-server.js';

const [minute, day] = [60_000, 86_400_000];
const [one, two] = ['127.0.0.2', '127.0.0.3'];

describe("the API's own certificate, of pebble", function () {
  this.timeout(120_000);
  let pebble: PebbleServer;
  let bench: OwnBench;
  /** The name leads to the first address. */
  const start = async (lifetimeMs: number, addresses: readonly string[]): Promise<OwnController[]> => {
    pebble = await PebbleServer.start({ lifetimeSeconds: lifetimeMs / 1000 });
    bench = await OwnBench.start(pebble);
    await pebble.point(OwnBench.domain, addresses.slice(0, 1));
    return Promise.all(addresses.map((address) => bench.controller(address)));
  };
  afterEach(async () => {
    await bench.close();
    await pebble.stop();
  });

  /** What new connections are shown, once that is it. */
  const shows = (controller: OwnController, fingerprint: string): Promise<TLSSocket> =>
    waitUntil(
      async () => {
        const socket = await openTls(controller);
        if (fingerprintOf(socket) === fingerprint) return socket;
        socket.destroy();
        return undefined;
      },
      { deadlineMs: 15_000, intervalMs: 20, what: `${controller.address} to show ${fingerprint}` },
    );
  const ask = async (socket: TLSSocket): Promise<string> => {
    socket.write('GET / HTTP/1.1\r\nHost: deis.example.com\r\n\r\n');
    const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(10_000) })) as [Buffer];
    return answer.toString();
  };

  for (const [what, lifetimeMs] of [
    ['90 days', 90 * day],
    ['10 minutes', 10 * minute],
  ] as const)
    it(`follows a self-signed one, and is renewed at two thirds of ${what}, under open connections`, async () => {
      const [controller] = (await start(lifetimeMs, [one])) as [OwnController];
      const early = await openTls(controller);
      const { subject, issuer, valid_to: end } = early.getPeerCertificate();
      assert.deepEqual([subject.CN, issuer.CN], [OwnBench.domain, OwnBench.domain]);
      assert.ok(new Date(end) > new Date(Date.now() + 300 * day));
      await bench.look(controller);
      const first = await bench.state();
      assert.deepEqual([first.lastError, first.failures, first.orderUrl], [null, 0, null]);
      const later = await shows(controller, first.fingerprint!);
      assert.match(String(later.getPeerCertificate().issuer.CN), /Pebble/);
      assert.match(await ask(early), /^HTTP\/1\.1 200 [^]*hello/, 'the connection of before goes on');
      bench.pass(lifetimeMs * 0.6);
      await bench.look(controller);
      assert.equal((await bench.state()).fingerprint, first.fingerprint, 'it is not renewed before');
      bench.pass(lifetimeMs * 0.08);
      await bench.look(controller);
      const renewed = await bench.state();
      assert.notEqual(renewed.fingerprint, first.fingerprint);
      (await shows(controller, renewed.fingerprint!)).destroy();
      assert.match(await ask(later), /hello/);
      for (const socket of [early, later]) socket.destroy();
    });

  it('serves on when a renewal fails, with the words of the CA, and is tried again', async () => {
    const [controller] = (await start(10 * minute, [one])) as [OwnController];
    await bench.look(controller);
    const first = await bench.state();
    bench.pass(7 * minute);
    await pebble.forget(OwnBench.domain);
    await pebble.point(OwnBench.domain, ['127.0.0.9']);
    await bench.look(controller);
    const failed = await bench.state();
    assert.equal(failed.fingerprint, first.fingerprint);
    assert.match(
      failed.lastError!,
      /^deis\.example\.com: the CA cannot reach it on port 80: does that lead to DEIS_TLS_HTTP_PORT.* The CA says: /,
    );
    assert.deepEqual([failed.setback, failed.failures, failed.orderUrl], ['refused', 1, null]);
    assert.match(bench.log.at(-1)!, /^the certificate of the API was not ordered, and what it shows stays: /);
    (await shows(controller, first.fingerprint!)).destroy();
    await bench.look(controller);
    assert.equal((await bench.state()).failures, 1, 'not before its time');
    await pebble.forget(OwnBench.domain);
    await pebble.point(OwnBench.domain, [one]);
    bench.now = failed.notBefore!;
    await bench.look(controller);
    const renewed = await bench.state();
    assert.notEqual(renewed.fingerprint, first.fingerprint);
    assert.deepEqual([renewed.lastError, renewed.failures], [null, 0]);
    (await shows(controller, renewed.fingerprint!)).destroy();
  });

  it('costs the CA nothing while the DNS does not know the name', async () => {
    const [controller] = (await start(90 * day, [one])) as [OwnController];
    await pebble.forget(OwnBench.domain);
    await bench.look(controller);
    const { lastError, setback, orderUrl, notBefore } = await bench.state();
    assert.match(lastError!, /the DNS knows no address for it: point it at this controller$/);
    assert.deepEqual([setback, orderUrl], ['not-ready', null]);
    assert.equal(notBefore!.getTime() - bench.now.getTime(), 10_000);
  });

  it('is one order of two controllers that look at once, and both show it', async () => {
    const controllers = await start(90 * day, [one, two]);
    await Promise.all(controllers.map((controller) => bench.look(controller)));
    assert.equal(bench.ordered(), 1, bench.log.join('\n'));
    const { fingerprint } = await bench.state();
    for (const controller of controllers) (await shows(controller, fingerprint!)).destroy();
    await bench.look(controllers[1]!);
    assert.equal(bench.ordered(), 1);
    const late = await bench.controller('127.0.0.4');
    const socket = await openTls(late);
    assert.equal(fingerprintOf(socket), fingerprint, 'one that starts later begins with it');
    socket.destroy();
  });

  it('is proved by another controller, and is the same order for it when the first dies on the way', async () => {
    const [next, doomed] = (await start(90 * day, [one, two])) as [OwnController, OwnController];
    const { client } = doomed.parts;
    const urls: string[] = [];
    client.finalize = (_signer, order) => {
      urls.push(order.url);
      return Promise.reject(new Error('killed'));
    };
    await assert.rejects(bench.look(doomed), /killed/);
    assert.equal((await bench.state()).orderUrl, urls[0]);
    const other = next.parts.client;
    const finish = other.finalize.bind(other);
    other.finalize = (signer, order, ...rest) => {
      urls.push(order.url);
      return finish(signer, order, ...rest);
    };
    await bench.look(next);
    assert.deepEqual(urls, [urls[0], urls[0]]);
    assert.equal(bench.ordered(), 1);
  });

  it('is sealed in the database', async () => {
    const [controller] = (await start(90 * day, [one])) as [OwnController];
    await bench.look(controller);
    const { key } = (await bench.db.stores.apiCertificates.byDomain(OwnBench.domain))!;
    const row = (await bench.db.database('api_certificates').first<Record<string, unknown>>())!;
    assert.match(key!.reveal(), /PRIVATE KEY/);
    for (const [column, value] of Object.entries(row))
      assert.ok(!String(value).includes('PRIVATE KEY'), column);
    await bench.db.database('api_certificates').update({ domain: 'other.example.com' });
    await assert.rejects(bench.db.stores.apiCertificates.byDomain('other.example.com'), /belongs elsewhere/);
  });

  it('leaves port 80 to the challenge: everything else is sent to HTTPS', async () => {
    await start(90 * day, [one]);
    const say = (path: string, method = 'GET'): Promise<string> =>
      new Promise((resolve, reject) => {
        const asked = {
          host: one,
          port: pebble.httpPort,
          path,
          method,
          headers: { host: 'evil.example.org' },
        };
        request(asked, (response) => {
          const { statusCode, headers } = response;
          void text(response).then((body) => resolve([statusCode, headers.location ?? body].join(' ')));
        })
          .on('error', reject)
          .end();
      });
    const { thumbprint } = await bench.db.stores.acmeAccounts.getOrCreate(pebble.directoryUrl, () => {
      throw new Error('there is one');
    });
    assert.equal(await say('/.well-known/acme-challenge/a_b-C'), `200 a_b-C.${thumbprint}`);
    const secure = `308 https://${OwnBench.domain}`;
    for (const [path, method, wanted] of [
      ['/', 'GET', '/'],
      ['/api/formations?limit=1', 'GET', '/api/formations?limit=1'],
      ['/.well-known/acme-challenge/', 'GET', '/.well-known/acme-challenge/'],
      ['/.well-known/acme-challenge/a/b', 'GET', '/.well-known/acme-challenge/a/b'],
      ['/.well-known/acme-challenge/a%3Cb', 'GET', '/.well-known/acme-challenge/a%3Cb'],
      ['/.well-known/acme-challenge/token', 'POST', '/.well-known/acme-challenge/token'],
      ['//evil.example.org/x', 'GET', '/x'],
      ['http://evil.example.org/x', 'GET', '/x'],
    ] as const)
      assert.equal(await say(path, method), `${secure}${wanted}`, `${method} ${path}`);
  });
});
