import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import { connect as openSocket, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect, type PeerCertificate } from 'node:tls';
import { bailWithin } from '../support/bail-within.js';
import { runCommandsOf } from '../support/cli/page-session.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { PebbleServer } from '../support/pebble/pebble-server.js';
import { ControllerProcess } from '../support/server/controller-process.js';

interface Node {
  readonly id: string;
  readonly address: string;
}

interface Certificate {
  readonly id: string;
  readonly fingerprint: string;
  readonly domains: readonly string[];
  readonly renewal: { readonly next_at: string; readonly last_error: string | null } | null;
}

/** docs/tls.md on real proxies, with a CA that others wrote: it asks the nodes' own nginx on port 80. */
describe('TLS by itself on VM-like nodes', function () {
  this.timeout(120_000);
  bailWithin();
  const controller = new ControllerProcess();
  let pebble: PebbleServer;
  let developer: Developer;
  let proxies: readonly string[];

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    pebble = await PebbleServer.start({ lifetimeSeconds: 90 * 86_400, httpPort: 80 });
    await start();
    developer = new Developer(controller, 'ada');
    await developer.deis([
      'register',
      controller.running.url,
      '--username=ada',
      '--password=correct horse battery',
      '--email=ada@example.com',
      '--known-hosts=no',
    ]);
    await developer.startApp('procfile-worker');
    await developer.deis(['create', 'tls', '--flavor=docker', '--known-hosts=no']);
    await developer.deis(['layers:scale', 'proxy=2', '--formation=tls']);
    proxies = (await developer.json<Node[]>(['nodes', '--formation=tls'])).map(({ address }) => address);
    assert.equal(proxies.length, 2);
  });
  after(async () => {
    await controller.remove();
    await pebble?.stop();
  });

  const start = (): Promise<void> =>
    controller.start({
      DEIS_ACME_URL: pebble.directoryUrl,
      DEIS_ACME_AGREE: 'yes',
      DEIS_ACME_CA_BUNDLE: pebble.caBundle,
      DEIS_ACME_DNS: pebble.dns,
      DEIS_PAGE_SOURCES: '127.0.0.0/8',
    });
  const deis = (...words: string[]) => developer.deis([...words, '--formation=tls']);
  const certs = (): Promise<Certificate[]> => developer.json<Certificate[]>(['certs', '--formation=tls']);
  /** SHA-256 of the certificate that a proxy shows for a name. */
  const shown = (address: string, servername: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host: address, port: 443, servername, rejectUnauthorized: false, timeout: 10_000 };
      const socket = connect(options, () => {
        const { fingerprint256 }: PeerCertificate = socket.getPeerCertificate();
        socket.destroy();
        resolve(fingerprint256.replaceAll(':', '').toLowerCase());
      });
      socket.once('error', reject);
      socket.once('timeout', () => socket.destroy(new Error(`${address} shows no certificate`)));
    });
  /** What port 80 of a proxy answers to a name. */
  const plainStatus = (address: string, host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get({ host: address, path: '/', headers: { host }, timeout: 10_000 }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).once('error', reject);
    });
  /** What port 80 of a proxy sends to a connection that begins so. */
  const said = async (address: string, words: string): Promise<string> => {
    const socket = openSocket({ host: address, port: 80, timeout: 10_000 });
    socket.once('timeout', () => socket.destroy(new Error(`${address} is silent`)));
    socket.write(words);
    return text(socket);
  };
  const assertServed = async (names: readonly string[]): Promise<void> => {
    const [cert, ...others] = await certs();
    assert.deepEqual([cert?.domains, others], [[...names].sort(), []]);
    for (const address of proxies)
      for (const name of names) assert.equal(await shown(address, name), cert!.fingerprint);
  };

  it('serves a name on both proxies within 15 s of the command that enables it', async () => {
    await pebble.point('one.example.com', [proxies[0]!]);
    await deis('domains:add', 'one.example.com');
    const started = performance.now();
    await deis('certs:auto', 'enable');
    await deis('domains:wait', '--timeout=60');
    const seconds = (performance.now() - started) / 1000;
    console.log(`      certs:auto enable to TLS on two proxies: ${seconds.toFixed(1)} s`);
    assert.ok(seconds <= 15, `${seconds.toFixed(1)} s`);
    await assertServed(['one.example.com']);
  });

  it('orders for a new name under maintenance and with https enforced, answered by the other proxy', async () => {
    await deis('proxy:set', 'enforce_https=on');
    await deis('maintenance:on');
    await pebble.point('two.example.com', [proxies[1]!]);
    await deis('domains:add', 'two.example.com');
    await deis('domains:wait', 'Two.example.com.', '--timeout=60');
    await assertServed(['one.example.com', 'two.example.com']);
    assert.equal(await plainStatus(proxies[1]!, 'two.example.com'), 308);
  });

  it('says in a sentence what speaks against a name, and leaves the others as they are', async () => {
    await deis('domains:add', 'lost.example.com');
    const { all } = await developer.deis(
      ['domains:wait', 'lost.example.com', '--timeout=8', '--formation=tls'],
      { expect: 1 },
    );
    assert.match(all, /lost\.example\.com: the DNS knows no address for it: point it at the proxies \(/);
    await assertServed(['one.example.com', 'two.example.com']);
  });

  it('goes on after the controller was killed', async () => {
    await controller.kill();
    await pebble.point('lost.example.com', proxies);
    await start();
    await deis('certs:auto', 'refresh');
    await deis('domains:wait', '--timeout=60');
    await assertServed(['lost.example.com', 'one.example.com', 'two.example.com']);
    const [cert] = await certs();
    const days = (new Date(cert!.renewal!.next_at).getTime() - Date.now()) / 86_400_000;
    assert.ok(days > 59 && days < 61, `renewed in ${days} days`);
    assert.equal(cert!.renewal!.last_error, null);
  });

  it('has proxies that the commands of docs/router.md set', async () => {
    const pages = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>A page of the app</p>'),
    );
    await new Promise<void>((done) => pages.listen(0, '127.0.0.1', done));
    const at = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    try {
      const wrote = await runCommandsOf('router.md', developer, {
        'proxy:unset NAME': () => 'proxy:unset enforce_https',
        '503:https://example.com': () => `503:${at}`,
        '502:https://example.com': () => `502:${at}`,
        'maintenance:https://example.com': () => `maintenance:${at}`,
      });
      assert.match(wrote['deis proxy'] ?? '', /enforce_https/);
    } finally {
      await new Promise((done) => pages.close(done));
    }
    // In the end under maintenance, behind a load balancer that speaks of its clients by the PROXY protocol.
    const request = 'GET / HTTP/1.1\r\nHost: one.example.com\r\nConnection: close\r\n\r\n';
    const header = 'PROXY TCP4 203.0.113.9 198.51.100.1 4711 80\r\n';
    for (const address of proxies) {
      assert.match(await said(address, header + request), /^HTTP\/1\.1 503 [^]*<p>A page of the app<\/p>/);
      assert.doesNotMatch(await said(address, request), /503/);
    }
  });
});
