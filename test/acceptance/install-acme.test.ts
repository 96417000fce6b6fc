import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { get as getTls } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { stringify } from 'yaml';
import { waitUntil } from '../../base/wait-until.js';
import type { StartedNode } from '../support/nodes/docker-node.js';
import { PebbleServer } from '../support/pebble/pebble-server.js';
import { PlaneBench } from '../support/server/plane-bench.js';

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly issuer: string;
  readonly fingerprint: string;
}

const name = 'deis.example.com';

/** `proxy.tls.acme` of docs/install.md, with a CA that others wrote: it asks nginx of the front's host on port 80. */
describe('deis-controller install with a certificate by ACME', function () {
  this.timeout(1_200_000);
  const bench = new PlaneBench();
  let [one, front]: StartedNode[] = [];
  let pebble: PebbleServer;

  before(async () => {
    await bench.prepare();
    [one, front] = [await bench.startHost(1), await bench.startHost(2)];
    await bench.letIn([one, front]);
    const gateway = (await front.sh("ip route show default | cut -d ' ' -f 3")).trim();
    pebble = await PebbleServer.start({ lifetimeSeconds: 180, httpPort: 80, host: gateway });
    await pebble.point(name, [front.address]);
    writeFileSync(bench.at('authority.pem'), pebble.ca);
    await bench.writePlanes('one-host', { one, front }, { settings: { DEIS_ACME_DNS: pebble.dns } });
    const acme = {
      agree: true,
      email: 'ops@example.com',
      directory: pebble.directoryUrl,
      ca_file: 'authority.pem',
    };
    const file = {
      ...bench.read<object>(),
      public_url: `https://${name}`,
      proxy: { host: 'front', tls: { acme } },
    };
    writeFileSync(bench.at('planes.yaml'), stringify(file));
  });

  after(async () => {
    await bench.remove();
    await pebble?.stop();
  });

  /** What the front answers to this name, over TLS or on port 80. */
  function ask(path: string, isTls = true): Promise<Answer> {
    const options = { host: front!.address, path, headers: { host: name }, agent: false, timeout: 10_000 };
    return new Promise((resolve, reject) => {
      const request = (isTls ? getTls : get)(
        { ...options, servername: name, rejectUnauthorized: false },
        (answer) => {
          answer.resume();
          const shown = isTls ? (answer.socket as TLSSocket).getPeerCertificate() : undefined;
          resolve({
            status: answer.statusCode,
            location: answer.headers.location,
            issuer: String(shown?.issuer.CN),
            fingerprint: String(shown?.fingerprint256),
          });
        },
      );
      request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer in 10 s')));
    });
  }

  it('has the API show a certificate of the CA at the front', async () => {
    assert.match(await bench.apply(), /applied: \d+ changes on 2 hosts/);
    const shown = await waitUntil(
      async () => {
        const answer = await ask('/health');
        return answer.issuer.includes('Pebble') ? answer : undefined;
      },
      { deadlineMs: 240_000, intervalMs: 500, what: 'the certificate of the CA' },
    );
    assert.equal(shown.status, 200);
    assert.match(
      await one!.sh('deis-controller certificate'),
      /certificate of deis\.example\.com: good until/,
    );
    assert.equal(await front!.sh('ls /etc/deis-front 2>/dev/null || true'), '');
  });

  it('sends who comes to port 80 to HTTPS', async () => {
    const { status, location } = await ask('/apps?a=1', false);
    assert.deepEqual([status, location], [308, `https://${name}/apps?a=1`]);
  });

  it('changes nothing the second time', async () => {
    assert.match(await bench.apply(), /nothing to change: \d+ resources on 2 hosts are as they should be/);
  });

  it('has it renewed without an apply', async () => {
    const { fingerprint } = await ask('/health');
    const renewed = await waitUntil(
      async () => {
        const answer = await ask('/health');
        return answer.fingerprint === fingerprint ? undefined : answer;
      },
      { deadlineMs: 240_000, intervalMs: 1000, what: 'a renewed certificate' },
    );
    assert.match(renewed.issuer, /Pebble/);
    assert.equal(renewed.status, 200);
  });

  /** What the front showed to each request that it answered meanwhile, without repetition. */
  async function shownDuring(work: () => Promise<unknown>): Promise<Answer[]> {
    const answers: Answer[] = [];
    const asking = setInterval(() => {
      // The only controller restarts, and does not answer for some seconds.
      void ask('/health').then(
        (answer) => answer.status === 200 && answers.push(answer),
        () => undefined,
      );
    }, 200);
    await work().finally(() => clearInterval(asking));
    return answers.filter(
      ({ fingerprint }, index) => answers.findIndex((each) => each.fingerprint === fingerprint) === index,
    );
  }

  it('gives way to a certificate of nginx and comes back, without one that the API signed itself', async () => {
    const { proxy, ...rest } = bench.read<{ proxy: object }>();
    writeFileSync(
      bench.at('planes.yaml'),
      stringify({ ...rest, proxy: { host: 'front', tls: { self_signed: true } } }),
    );
    const plan = (await bench.controller(['install', '--plan', 'planes.yaml'])).stdout;
    assert.ok(plan.indexOf('\nfront (') < plan.lastIndexOf('\none ('), plan);
    await bench.apply();
    const ofNginx = await ask('/health');
    assert.deepEqual([ofNginx.status, ofNginx.issuer], [200, name]);
    assert.match(await bench.apply(), /nothing to change/);

    writeFileSync(bench.at('planes.yaml'), stringify({ ...rest, proxy }));
    const shown = await shownDuring(() => bench.apply());
    const others = shown.filter(
      ({ issuer, fingerprint }) => !issuer.includes('Pebble') && fingerprint !== ofNginx.fingerprint,
    );
    assert.deepEqual(others, []);
    assert.match((await ask('/health')).issuer, /Pebble/);
    assert.match(await bench.apply(), /nothing to change/);
  });
});
