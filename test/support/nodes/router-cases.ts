import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { waitUntil } from '../../../base/wait-until.js';
import { places } from '../../../cookbooks/deis/definitions/places.js';
import type { DatabagProxy } from '../../../cookbooks/databag.js';
import type { NodeReport } from '../../../provisioner/engine.js';
import { makeCertificate } from '../server/make-certificate.js';
import { startNode } from './docker-node.js';
import { movements, NodeUnderConverge } from './node-under-converge.js';
import { sampleDatabag } from './sample-databag.js';

/** A proxy with a container `web.1` that it can reach. */
export interface RouterBench {
  readonly proxy: NodeUnderConverge;
  /** Has the proxy serve these containers. */
  readonly serve: (nums: readonly number[], more?: Partial<DatabagProxy>) => Promise<NodeReport>;
}

type Serve = (nums: readonly number[], more?: Partial<DatabagProxy>) => Promise<void>;

/** Cases of what a proxy does with requests beside choosing a container. */
export function routerCases(bench: () => RouterBench): void {
  const sh = (script: string): Promise<string> => bench().proxy.node.sh(script);
  const serve: Serve = async (nums, more) => {
    const report = await bench().serve(nums, more);
    assert.equal(report.outcome, 'ok', report.error);
  };
  after(() => bench().serve([1]));
  ownPageCases(sh, serve, bench);
  rateCases(sh, serve);
  proxyProtocolCases(sh, serve, bench);
  http2Cases(sh, serve);
  streamCases(serve, bench);
}

type Sh = (script: string) => Promise<string>;

function ownPageCases(sh: Sh, serve: Serve, bench: () => RouterBench): void {
  const content = `<p>Costs $5, "quoted" \\ 'so' — ünlich</p>${'x'.repeat(60_000)}\n`;
  const pages = {
    '503': { url: 'https://example.com/503.html', content },
    maintenance: { url: 'https://example.com/soon.html', content: '<p>Soon</p>' },
  };
  const asked = (options = ''): Promise<string> =>
    sh(`curl -s -w ' %{http_code} %{content_type}' ${options} http://127.0.0.1/`);

  it("answers errors with the app's own page, whatever the method, and keeps it without a controller", async () => {
    await serve([], { errorPages: pages });
    const answer = `${content} 503 text/html; charset=utf-8`;
    assert.equal(await asked(), answer);
    assert.equal(await asked('-X POST -d a=b'), answer);
    assert.match(await asked('-I'), /^HTTP\/1\.1 503 [^]* 503 text\/html; charset=utf-8$/);
    await sh('systemctl restart nginx');
    assert.equal(await asked(), answer);
    assert.deepEqual(movements(await bench().serve([], { errorPages: pages })), []);
  });

  it('has a page of its own for maintenance', async () => {
    await serve([1], { errorPages: pages, maintenance: true });
    assert.equal(await asked(), '<p>Soon</p> 503 text/html; charset=utf-8');
    await serve([1], { errorPages: { '503': pages['503'] }, maintenance: true });
    assert.match(await asked(), /being worked on/);
  });

  it("answers with the proxy's page where the app's is lost, and keeps none that is unset", async () => {
    await serve([], { errorPages: pages });
    await sh(`rm ${places.pages}/503-* && systemctl restart nginx`);
    assert.match(await asked(), /no running container[^]* 503 text\/html/);
    await serve([], {});
    assert.equal(await sh(`ls -A ${places.pages}`), '');
    assert.match(await asked(), /no running container/);
  });
}

function rateCases(sh: Sh, serve: Serve): void {
  const codes = (client: string, count: number): Promise<string> =>
    sh(
      `for n in $(seq ${count}); do curl -s -o /dev/null -w '%{http_code} ' -H 'X-Forwarded-For: ${client}' ` +
        'http://127.0.0.1/; done',
    );

  it('answers 429 to a client that sends more than it may, by its real address, and to no other', async () => {
    await serve([1], { rateLimit: '1/m', rateBurst: 2, trusted: ['127.0.0.0/8'] });
    assert.equal(await codes('203.0.113.9', 5), '200 200 200 429 429 ');
    assert.equal(await codes('203.0.113.10', 2), '200 200 ');
    assert.equal(await codes('2001:db8::1', 3), '200 200 200 ');
    // The same customer's network, and another's.
    assert.equal(await codes('2001:db8::2', 1), '429 ');
    assert.equal(await codes('2001:db8:0:1::2', 1), '200 ');
    const refused = await sh(
      `curl -s -i --no-styled-output -H 'X-Forwarded-For: 203.0.113.9' http://127.0.0.1/`,
    );
    assert.match(refused, /^Retry-After: 60\r$[^]*More requests came from this address/m);
    const wellness = `curl -s -o /dev/null -w '%{http_code}' -H 'X-Forwarded-For: 203.0.113.9'`;
    assert.equal(await sh(`${wellness} http://127.0.0.1/health-check`), '200');
    assert.doesNotMatch(await sh('cat /var/log/nginx/error.log'), /limiting requests/);
    await serve([1], { rateLimit: '1/m', maintenance: true });
    assert.equal(await codes('203.0.113.9', 1), '503 ');
  });

  it('lets a client back in as its rate says', async () => {
    await serve([1], { rateLimit: '4/s', rateBurst: 0, trusted: ['127.0.0.0/8'] });
    assert.match(await codes('203.0.113.20', 8), /^200 (200 )*429 /);
    const isIn = async (): Promise<true | undefined> =>
      (await codes('203.0.113.20', 1)) === '200 ' || undefined;
    await waitUntil(isIn, { deadlineMs: 3000, intervalMs: 300, what: 'the client to be let in' });
  });
}

function proxyProtocolCases(sh: Sh, serve: Serve, bench: () => RouterBench): void {
  const everybody = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
  const header = 'PROXY TCP4 203.0.113.9 198.51.100.1 4711 80\r\n';
  const request =
    'GET /headers HTTP/1.1\r\nHost: tls.example.com\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n' +
    'Connection: close\r\n\r\n';
  const open = async (port: number): Promise<Socket> => {
    const socket = connect(port, bench().proxy.node.address);
    await once(socket, 'connect');
    return socket;
  };
  const said = async (words: string): Promise<string> => {
    const socket = await open(80);
    socket.write(words);
    return (await text(socket)).replaceAll('\r', '');
  };

  it('takes the client from the header of the PROXY protocol, for the app and the log', async () => {
    await serve([1], { proxyProtocol: true, trusted: everybody });
    const answer = await said(header + request);
    for (const line of [
      /^X-Forwarded-For: 203\.0\.113\.9$/im,
      /^X-Real-Ip: 203\.0\.113\.9$/im,
      /^X-Forwarded-Proto: http$/im,
    ])
      assert.match(answer, line);
    assert.doesNotMatch(answer, /6\.6\.6\.6/);
    const logged = async (): Promise<string | undefined> =>
      (await sh(`grep '^203\\.0\\.113\\.9 ' /var/log/nginx/access.log || :`)) || undefined;
    await waitUntil(logged, { deadlineMs: 5000, intervalMs: 100, what: 'the client in the log' });
    assert.doesNotMatch(await said(request), /200 OK/);
    assert.equal(
      await sh(`curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9090/health-check`),
      '200',
    );
    await serve([1], { proxyProtocol: true, trusted: everybody, allow: ['203.0.113.0/24'] });
    assert.match(await said(header + request), /^HTTP\/1\.1 200 /);
    assert.match(await said(header.replace('113.9', '112.9') + request), /^HTTP\/1\.1 403 /);
  });

  it('tells load balancers that its machine is about to go, and serves on, until that is taken back', async () => {
    await serve([1]);
    const code = (words: string): Promise<string> => sh(`curl -s -o /dev/null -w '%{http_code}' ${words}`);
    const codes = async (): Promise<string[]> =>
      Promise.all(
        ['/health-check', ':9090/health-check', '/'].map((path) => code(`http://127.0.0.1${path}`)),
      );
    const leaving = 'http://127.0.0.1:9091/leaving';
    assert.equal(await code(`-X PUT --data-binary soon ${leaving}`), '400');
    assert.deepEqual(await codes(), ['200', '200', '200']);
    assert.equal(await code(`-X PUT --data-binary 60 ${leaving}`), '204');
    assert.deepEqual(await codes(), ['503', '503', '200']);
    assert.equal(await code(`-X DELETE ${leaving}`), '204');
    assert.deepEqual(await codes(), ['200', '200', '200']);
  });

  it('tells of its health on port 9090 to private networks and trusted ones alone', async () => {
    await sh('ip address replace 203.0.113.77/32 dev lo');
    const code = (): Promise<string> =>
      sh(`curl -s -o /dev/null -w '%{http_code}' http://203.0.113.77:9090/health-check`);
    await serve([1]);
    assert.equal(await code(), '403');
    await serve([1], { trusted: ['203.0.113.0/24'] });
    assert.equal(await code(), '200');
  });

  it('believes no header of the PROXY protocol but those of trusted networks', async () => {
    await serve([1], { proxyProtocol: true, trusted: ['192.0.2.1'] });
    const answer = await said(header + request);
    assert.match(answer, /^X-Forwarded-For: [\d.]+$/im);
    assert.doesNotMatch(answer, /203\.0\.113\.9/);
  });

  it('takes the header before TLS', async () => {
    const pair = makeCertificate(['tls.example.com']);
    const names = ['tls.example.com'];
    await serve([1], {
      proxyProtocol: true,
      trusted: everybody,
      domains: names,
      certs: [{ name: 'main', ...pair, domains: names }],
    });
    const socket = await open(443);
    socket.write(header);
    const tls = connectTls({ socket, servername: 'tls.example.com', rejectUnauthorized: false });
    await once(tls, 'secureConnect');
    tls.write(request);
    const answer = (await text(tls)).replaceAll('\r', '');
    assert.match(answer, /^X-Forwarded-For: 203\.0\.113\.9$/im);
    assert.match(answer, /^X-Forwarded-Proto: https$/im);
  });
}

function http2Cases(sh: Sh, serve: Serve): void {
  const names = ['tls.example.com'];
  const site = (): Partial<DatabagProxy> => ({
    domains: names,
    certs: [{ name: 'main', ...makeCertificate(names), domains: names }],
  });
  const spoken = (on: Sh, option: string): Promise<string> =>
    on(
      `curl -sk ${option} -o /dev/null -w '%{http_version} %{http_code}' ` +
        '--resolve tls.example.com:443:127.0.0.1 https://tls.example.com/',
    );

  it('speaks HTTP/2 over TLS, and HTTP/1.1', async () => {
    await serve([1], site());
    assert.deepEqual([await spoken(sh, '--http2'), await spoken(sh, '--http1.1')], ['2 200', '1.1 200']);
    assert.doesNotMatch(await sh('nginx -t 2>&1'), /warn/);
  });

  it("speaks HTTP/2 by Debian 13's nginx, which warns of the old form", async function () {
    this.timeout(300_000);
    const node = await startNode({ kind: 'proxy', suite: 'trixie' });
    const proxy = new NodeUnderConverge(node, 'proxy');
    try {
      const databag = (generation: number): Parameters<typeof proxy.converge>[0] =>
        sampleDatabag({
          generation,
          proxy: { ...sampleDatabag().proxy, backends: [], ...site() },
          nodes: { proxy: { [node.name]: node.address } },
          proxies: [node.name],
        });
      const report = await proxy.converge(databag(1));
      assert.equal(report.outcome, 'ok', report.error);
      const on: Sh = (script) => node.sh(script);
      assert.equal(await spoken(on, '--http2'), '2 503');
      assert.doesNotMatch(await on('nginx -t 2>&1'), /warn/);
      // What an older nginx has written is no good any more.
      const path = `${places.nginx}/listen-tls.conf`;
      await on(`printf 'listen 443 ssl http2;\\n' >${path}; nginx -s reload`);
      assert.equal((await proxy.converge(databag(2))).outcome, 'ok');
      assert.match(await on(`cat ${path}`), /^http2 on;$/m);
    } finally {
      await proxy.close();
      await node.dispose();
    }
  });
}

/** Timeouts of 2 s in the place of the usual 1300: more than 20 minutes. */
function streamCases(serve: Serve, bench: () => RouterBench): void {
  const open = (request: string): { readonly heard: () => string; readonly socket: Socket } => {
    const parts: string[] = [];
    const socket = connect(80, bench().proxy.node.address);
    socket.on('data', (part: Buffer) => void parts.push(part.toString()));
    socket.write(`GET ${request}`);
    return { heard: () => parts.join(''), socket };
  };
  const until = (what: string, holds: () => boolean, deadlineMs = 15_000): Promise<true> =>
    waitUntil(() => Promise.resolve(holds() || undefined), { deadlineMs, intervalMs: 20, what });

  it('keeps WebSockets and event streams that are not silent, across a reload, and closes silent ones', async () => {
    await serve([1], { timeoutSeconds: 2 });
    const stream = open('/events HTTP/1.1\r\nHost: x\r\n\r\n');
    const webSocket = open('/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await until('both', () => stream.heard().includes('data: 0') && webSocket.heard().includes('101 '));
    await serve([1], { timeoutSeconds: 2, bodySize: 4_000_000 });
    // The stream says something every 1.2 s; the socket is asked as often.
    for (let n = 1; n < 4; n += 1) {
      await until(`event ${n}`, () => stream.heard().includes(`data: ${n}\n`));
      webSocket.socket.write(`hello ${n}`);
      await until(`echo ${n}`, () => webSocket.heard().includes(`echo hello ${n}`));
    }
    assert.match(stream.heard(), /data: 0\n[^]*data: 1\n[^]*data: 2\n[^]*data: 3\n/);
    const silent = performance.now();
    await until('both to be closed', () => stream.socket.readableEnded && webSocket.socket.readableEnded);
    const seconds = (performance.now() - silent) / 1000;
    assert.ok(seconds > 1 && seconds < 5, `closed after ${seconds.toFixed(1)} s of silence`);
    stream.socket.destroy();
    webSocket.socket.destroy();
  });
}
