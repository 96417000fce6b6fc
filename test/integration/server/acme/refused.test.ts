import assert from 'node:assert/strict';
import { refreshAutoCerts } from '../../../../server/formation/proxies/auto-certs.js';
import { AcmeBench } from '../../../support/acme/acme-bench.js';
import type { AcmeFault } from '../../../support/acme/acme-server.js';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const name = 'www.example.com';

describe('certificates that are refused', function () {
  this.timeout(120_000);
  let bench: AcmeBench;
  beforeEach(async () => {
    bench = await AcmeBench.start();
  });
  afterEach(() => bench.close());

  const begin = async (addresses?: readonly string[]): Promise<void> => {
    await bench.domain(name, addresses);
    await bench.enable();
    await bench.look();
  };
  const lastError = async (): Promise<string | null> => (await bench.orders())[0]!.lastError;

  describe('before the CA is asked', () => {
    it('name the host that the DNS does not know, and come by themselves once it does', async () => {
      await begin([]);
      assert.deepEqual(await bench.problems(), {
        [name]: `${name}: the DNS knows no address for it: point it at the proxies (${bench.proxies.join(', ')})`,
      });
      assert.equal(bench.ca.count('new-order'), 0);
      bench.dns.set(name, [bench.proxies[1]!]);
      await bench.pass(minute);
      assert.deepEqual([await bench.problems(), (await bench.certs()).length], [{}, 1]);
    });

    it('name the address that the DNS points at instead', async () => {
      bench.strangers.set('203.0.113.9', { status: 200, body: '<html>' });
      await begin(['203.0.113.9']);
      assert.match(
        (await bench.problems())[name]!,
        /points it at 203\.0\.113\.9, which is none of the proxies .* does not answer as this formation does$/,
      );
      assert.equal(bench.ca.count('new-order'), 0);
    });

    it('are ordered through a CDN that passes challenges on', async () => {
      bench.ask = (
        (ask) => (address, host, path) =>
          ask.call(bench, address === '203.0.113.9' ? bench.proxies[0]! : address, host, path)
      )(bench.ask);
      await begin(['203.0.113.9']);
      assert.equal((await bench.certs()).length, 1);
    });

    it('ask nothing of the loopback, whatever the DNS says', async () => {
      let asked = 0;
      bench.ask = () => Promise.resolve((asked++, null));
      await begin(['127.0.0.1', '169.254.169.254', '::1']);
      assert.match((await bench.problems())[name]!, /points it at 127\.0\.0\.1/);
      assert.equal(asked, 0);
    });

    it('name the DNS that does not answer, and the CAA record that forbids it', async () => {
      bench.silent.add('silent.example.com');
      bench.caa.set('example.com', [{ critical: 0, issue: 'other.test; account=1' }]);
      await bench.domain('silent.example.com');
      await begin();
      assert.deepEqual(await bench.problems(), {
        'silent.example.com': 'silent.example.com: the DNS does not answer for it (ESERVFAIL)',
        [name]: `${name}: a CAA record of example.com lets other.test issue for it, and not this CA (ca.test)`,
      });
      assert.equal(bench.ca.count('new-order'), 0);
    });

    it('say that there is no proxy', async () => {
      await bench.h.scaleLayers({ proxy: 0 });
      await begin(['203.0.113.9']);
      assert.match((await bench.problems())[name]!, /has no proxy that is ready: deis layers:scale proxy=1/);
    });

    it('hold up no other name', async () => {
      await bench.domain('lost.example.com', []);
      await begin();
      assert.deepEqual((await bench.certs())[0]?.domains, [name]);
      assert.deepEqual(Object.keys(await bench.problems()), ['lost.example.com']);
      bench.dns.set('lost.example.com', [bench.proxies[0]!]);
      await bench.pass(hour);
      assert.deepEqual((await bench.certs())[0]?.domains, ['lost.example.com', name]);
    });
  });

  describe('by the CA', () => {
    for (const [type, sentence] of [
      ['caa', 'a CAA record of its DNS does not let this CA issue for it'],
      ['dns', 'the CA cannot look it up in the DNS'],
      ['connection', 'the CA cannot reach it on port 80'],
      ['unauthorized', 'does a CDN or another host stand before it?'],
    ] as const)
      it(`for ${type} say so in a sentence with the CA's own words, and are tried seldom`, async () => {
        const times: number[] = [];
        bench.ca.refuse = () => {
          times.push(bench.h.now.getTime());
          return { type: `urn:ietf:params:acme:error:${type}`, detail: 'the reason of the CA' };
        };
        await begin();
        const problem = (await bench.problems())[name]!;
        assert.ok(problem.startsWith(`${name}: `) && problem.includes(sentence), problem);
        assert.ok(problem.endsWith('The CA says: the reason of the CA.'), problem);
        assert.equal(await lastError(), problem);
        await bench.pass(7 * day);
        for (const from of times) {
          const inHour = times.filter((at) => at >= from && at < from + hour).length;
          assert.ok(inHour <= 5, `${inHour} attempts in an hour`);
        }
        assert.ok(times.length > 8 && times.length < 25, `${times.length} attempts in a week`);
      });

    it('leave the other names with a certificate', async () => {
      bench.ca.refuse = (each) =>
        each === 'bad.example.com' ? { type: 'x:rejectedIdentifier', detail: 'policy' } : undefined;
      await bench.domain('bad.example.com');
      await begin();
      await bench.pass(minute);
      assert.deepEqual((await bench.certs())[0]?.domains, [name]);
      assert.deepEqual(Object.keys(await bench.problems()), ['bad.example.com']);
    });

    it('for its limit wait as long as it says, also when somebody asks at once', async () => {
      bench.ca.fault = (what) =>
        what === 'new-order'
          ? { status: 429, type: 'rateLimited', detail: 'too many certificates', retryAfter: 36 * 3600 }
          : undefined;
      await begin();
      assert.match(
        (await lastError())!,
        /takes no more orders at present\. It says: too many certificates\.$/,
      );
      assert.equal((await bench.orders())[0]!.notBefore!.getTime(), bench.h.now.getTime() + 36 * hour);
      await refreshAutoCerts(bench.formation, bench.h.formation);
      await bench.pass(35 * hour);
      assert.equal(bench.ca.count('new-order'), 1);
      bench.ca.fault = () => undefined;
      await bench.pass(2 * hour);
      assert.equal((await bench.certs()).length, 1);
    });

    it('that is down are tried until it is back, and again at once when somebody asks', async () => {
      bench.ca.fault = () => 'gone';
      await begin();
      assert.match((await lastError())!, /^127\.0\.0\.1:\d+ does not answer: /);
      await bench.pass(day);
      bench.ca.fault = () => undefined;
      await refreshAutoCerts(bench.formation, bench.h.formation);
      await bench.look();
      assert.equal((await bench.certs()).length, 1);
      assert.deepEqual([await lastError(), (await bench.orders())[0]!.failures], [null, 0]);
    });

    it('that has lost our account are ordered by a new one', async () => {
      await begin();
      bench.ca.forgetAccounts();
      await bench.domain('new.example.com');
      await bench.look();
      assert.match((await lastError())!, /does not know our account/);
      await bench.pass(hour);
      assert.deepEqual((await bench.certs())[0]?.domains, ['new.example.com', name]);
    });

    for (const [type, sentence] of [
      ['userActionRequired', /wants its terms of service agreed to once more/],
      ['externalAccountRequired', /takes only accounts that it knows from elsewhere/],
      ['invalidContact', /does not take the address of DEIS_ACME_EMAIL/],
    ] as const)
      it(`for ${type} of our account say what the operator is to do`, async () => {
        bench.ca.fault = (what): AcmeFault | undefined =>
          what === 'new-account' ? { status: 403, type, detail: 'see there' } : undefined;
        await begin();
        assert.match((await lastError())!, sentence);
      });
  });

  describe('when they are to be renewed', () => {
    it('serve on, are tried until the end, and are renewed when the CA is back', async () => {
      await begin();
      const before = (await bench.certs())[0]!.fingerprint;
      bench.ca.fault = () => 'gone';
      await bench.pass(62 * day);
      assert.equal((await bench.certs())[0]!.fingerprint, before);
      assert.deepEqual(bench.served()['app-proxy-2'], [`auto-1: ${name}`]);
      bench.ca.fault = () => undefined;
      await bench.pass(2 * hour);
      assert.notEqual((await bench.certs())[0]!.fingerprint, before);
    });

    it('take TLS from no name that is not ready, until most of the time has passed', async () => {
      bench.ca.lifetimeMs = 6 * day;
      await bench.domain('moved.example.com');
      await begin();
      bench.dns.set('moved.example.com', []);
      await bench.pass(4.9 * day);
      assert.deepEqual((await bench.certs())[0]?.domains, ['moved.example.com', name]);
      assert.match((await lastError())!, /^moved\.example\.com: the DNS knows no address/);
      await bench.pass(0.2 * day);
      assert.deepEqual((await bench.certs())[0]?.domains, [name]);
    });
  });
});
