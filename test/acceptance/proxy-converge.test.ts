import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { parseProxyStatus, proxyEndpoint } from '../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';
import type { ProxyStatus } from '../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';
import { certPath } from '../../cookbooks/deis/definitions/proxy/proxy-site.js';
import type { Databag, DatabagCert, DatabagProxy, PlacementState } from '../../cookbooks/databag.js';
import type { NodeReport } from '../../provisioner/engine.js';
import { waitUntil } from '../../base/wait-until.js';
import { askAnew } from '../support/server/ask-anew.js';
import { prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { backendHealthCases } from '../support/nodes/backend-health-cases.js';
import { newInstance } from '../support/nodes/docker-node.js';
import { measureCases } from '../support/nodes/measure-cases.js';
import { makeCertificate } from '../support/server/make-certificate.js';
import { movements, NodeUnderConverge } from '../support/nodes/node-under-converge.js';
import { PollingClient } from '../support/server/polling-client.js';
import { routerCases } from '../support/nodes/router-cases.js';
import { sampleDatabag, samplePlacement, sampleRelease } from '../support/nodes/sample-databag.js';
import { BodyServer, slugOf } from '../support/apps/slug-of-files.js';

describe('a proxy node', function () {
  this.timeout(120_000);
  const instance = newInstance();
  const server = new BodyServer();
  let runtime: NodeUnderConverge;
  let proxy: NodeUnderConverge;
  let generation = 0;
  let url: string;
  let convergeRuntime: (state: PlacementState, more?: Partial<Databag>) => Promise<NodeReport>;

  before(async function () {
    this.timeout(300_000);
    const { stack } = await prepareMachine();
    runtime = await NodeUnderConverge.start('runtime', instance);
    proxy = await NodeUnderConverge.start('proxy', instance);
    url = `http://${proxy.node.address}/`;
    const [controller] = await runtime.node.provider.controllerAddresses(
      new AbortController().signal,
      'peachy-waxworks',
    );
    await server.listen(controller ?? assert.fail('the provider knows no address of the controller'));
    const slug = slugOf({
      'server.py': readFileSync(new URL('../fixtures/converge-app/server.py', import.meta.url), 'utf8'),
    });
    const release = sampleRelease(1, {
      image: `deis/stack:bookworm@${stack.id}`,
      config: {},
      build: {
        slug: 'the-slug',
        sha256: slug.sha256,
        size: slug.body.length,
        procfile: { web: 'python3 -S server.py' },
      },
    });
    const downloads = { 'the-slug': server.serve('/slug', slug.body) };
    convergeRuntime = (state, more = {}) => {
      const placements = [1, 2, 3].map((num) =>
        samplePlacement({ num, release: 1, port: 5000 + num, node: runtime.node.name, state }),
      );
      return runtime.converge(bag({ release, placements, ...more }), { downloads });
    };
    const report = await convergeRuntime('starting');
    assert.equal(report.outcome, 'ok', report.error);
  });

  after(async () => {
    await Promise.all([runtime?.close(), proxy?.close()]);
    await sweep(instance);
    await server.close();
  });

  const bag = (more: Partial<Databag> = {}): Databag =>
    sampleDatabag({
      generation: ++generation,
      nodes: {
        runtime: { [runtime.node.name]: runtime.node.address },
        proxy: { [proxy.node.name]: proxy.node.address },
      },
      proxies: [proxy.node.name],
      controllers: [],
      ...more,
    });
  const backend = (num: number): string => `${runtime.node.address}:${5000 + num}`;
  const served = (nums: readonly number[], more: Partial<DatabagProxy> = {}): Databag =>
    bag({
      proxy: {
        algorithm: 'round_robin',
        port: 80,
        backends: nums.map(backend),
        maintenance: false,
        domains: [],
        certs: [],
        ...more,
      },
    });
  const converge = (databag: Databag, whyRun = false): Promise<NodeReport> =>
    proxy.converge(databag, { whyRun });
  const sh = (script: string): Promise<string> => proxy.node.sh(script);
  const status = async (): Promise<ProxyStatus> => parseProxyStatus(await sh(`curl -s ${proxyEndpoint}`));
  const ask = async (
    path = '',
    init: RequestInit = {},
  ): Promise<{ status: number; text: string; headers: Headers }> => {
    const response = await askAnew(`${url}${path}`, init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const processes = async (): Promise<string[]> =>
    (await sh('cat /run/nginx.pid; pgrep -P $(cat /run/nginx.pid)')).trim().split('\n');
  const answering = async (count: number): Promise<string[]> => {
    const answers: string[] = [];
    for (let i = 0; i < count; i++) answers.push((await ask()).text.trim());
    return [...new Set(answers)].sort();
  };

  it('answers 503 with a page before there is a backend, and tells that it is well', async () => {
    const report = await converge(served([]));
    assert.equal(report.outcome, 'ok', report.error);
    const { status: code, text } = await ask();
    assert.deepEqual([code, text.includes('no running container')], [503, true]);
    assert.deepEqual(
      [
        (await ask('health-check')).status,
        (await askAnew(`http://${proxy.node.address}:9090/health-check`)).status,
      ],
      [200, 200],
    );
    assert.deepEqual(movements(await converge(served([]))), []);
  });

  it('serves its backends in turn, without a reload', async () => {
    const before = await processes();
    const report = await converge(served([1, 2]));
    assert.deepEqual(
      movements(report).filter((line) => !line.includes('databag.json')),
      ['nginx_backends[peachy-waxworks] changed'],
    );
    assert.deepEqual(await answering(8), ['v1 web.1', 'v1 web.2']);
    // Workers of an earlier reload may have ended meanwhile; a reload would have made new ones.
    assert.deepEqual(
      (await processes()).filter((pid) => !before.includes(pid)),
      [],
    );
    assert.deepEqual(await status(), {
      generation,
      algorithm: 'round_robin',
      backends: [backend(1), backend(2)],
      inFlight: new Map(),
      health: new Map([
        [backend(1), 'up'],
        [backend(2), 'up'],
      ]),
    });
  });

  it('takes a newer generation of the same backends as no change, and acknowledges it', async () => {
    assert.deepEqual(movements(await converge(served([1, 2]))), []);
    assert.equal((await status()).generation, generation);
  });

  const drifts: [what: string, script: string, repaired: RegExp][] = [
    [
      'an edited site',
      "sed -i 's/1m/2m/' /etc/nginx/sites-enabled/peachy-waxworks; nginx -s reload",
      /^nginx_site\[.*\] changed$/,
    ],
    [
      'a site that breaks nginx, which is dead',
      'echo nonsense >/etc/nginx/sites-enabled/peachy-waxworks; ' +
        'systemctl stop nginx; ! systemctl start nginx',
      /^nginx_site\[.*\] changed$/,
    ],
    [
      'a removed site that nginx still serves',
      'rm /etc/nginx/sites-enabled/peachy-waxworks',
      /^nginx_site\[.*\] changed$/,
    ],
    [
      'the default site',
      'printf "server { listen 81; }" >/etc/nginx/sites-enabled/default',
      /^file\[.*default\] changed$/,
    ],
    ['a stopped nginx', 'systemctl stop nginx', /^nginx_site\[.*\] changed$/],
    ['an nginx that the next boot would not start', 'systemctl disable nginx', /^service\[nginx\] changed$/],
    [
      'an edited main configuration',
      'echo "# mine" >>/etc/nginx/nginx.conf',
      /^file\[\/etc\/nginx\/nginx\.conf\] changed$/,
    ],
    [
      'backends set by hand',
      "printf 'generation 1\\nalgorithm round_robin\\nend\\n' | curl -s -X PUT " +
        `--data-binary @- ${proxyEndpoint}`,
      /^nginx_backends\[.*\] changed$/,
    ],
    ['a deleted list of backends', 'rm /etc/nginx/deis/backends', /^nginx_backends\[.*\] changed$/],
  ];
  for (const [what, script, repaired] of drifts) {
    it(`finds and repairs ${what}`, async () => {
      await sh(`{ ${script}; } >/dev/null 2>&1`);
      const foreseen = await converge(served([1, 2]), true);
      assert.ok(
        movements(foreseen).some((line) => line.endsWith('would-change')),
        'the why-run saw nothing',
      );
      const report = await converge(served([1, 2]));
      assert.equal(report.outcome, 'ok', report.error);
      assert.ok(
        movements(report).some((line) => repaired.test(line)),
        movements(report).join('\n'),
      );
      assert.deepEqual(movements(await converge(served([1, 2]))), []);
      assert.deepEqual(await answering(4), ['v1 web.1', 'v1 web.2']);
    });
  }

  it('restores its backends from disk when nginx starts', async () => {
    await sh('systemctl restart nginx');
    assert.deepEqual(await answering(8), ['v1 web.1', 'v1 web.2']);
    assert.deepEqual((await status()).backends, [backend(1), backend(2)]);
  });

  it('switches backends under a polling client without a failed request', async () => {
    const client = new PollingClient().start(url, 100);
    const lists = [[1], [2], [1, 2], [3], [2, 3]];
    try {
      for (let i = 0; i < 15; i++) {
        const nums = lists[i % lists.length] ?? [];
        const report = await converge(served(nums));
        assert.equal(report.outcome, 'ok', report.error);
        // Acknowledged means served: the very next request goes to the new backends.
        assert.ok(nums.map((num) => `v1 web.${num}`).includes((await ask()).text.trim()));
      }
    } finally {
      await client.stop();
    }
    assert.deepEqual(client.failures, []);
    assert.ok(client.answers.length > 100, `only ${client.answers.length} answers`);
    console.log(`      ${client.answers.length} answers over 15 switches, 0 failed`);
  });

  it('asks another backend when one is dead, whatever the method', async () => {
    await converge(
      served([1, 2, 3], {
        backends: ['1', '2', '3'].map((num) => backend(Number(num))).concat(`${runtime.node.address}:5099`),
      }),
    );
    const codes = new Set<number>();
    for (let i = 0; i < 12; i++) codes.add((await ask('', { method: i % 2 === 0 ? 'GET' : 'POST' })).status);
    assert.deepEqual([...codes], [200]);
    await converge(served([], { backends: [`${runtime.node.address}:5099`] }));
    assert.ok([502, 503].includes((await ask()).status));
    const answers503 = async () => ((await ask()).status === 503 ? true : undefined);
    await waitUntil(answers503, {
      deadlineMs: 3000,
      intervalMs: 50,
      what: 'the page for nothing that answers',
    });
    assert.deepEqual((await status()).inFlight, new Map());
  });

  backendHealthCases(() => ({
    proxy,
    runtime,
    backend,
    serve: (nums, more) => converge(served(nums, more)),
    status,
    letIn: (isLetIn) => convergeRuntime('serving', isLetIn ? {} : { proxies: [] }),
  }));

  it('counts requests under way per backend, also of one that was taken out', async () => {
    await converge(served([1]));
    const slow = ask('slow');
    await waitUntil(async () => ((await status()).inFlight.get(backend(1)) === 1 ? true : undefined), {
      deadlineMs: 2500,
      intervalMs: 50,
      what: 'the request under way',
    });
    const more = [ask('slow'), ask('slow')];
    await waitUntil(async () => ((await status()).inFlight.get(backend(1)) === 3 ? true : undefined), {
      deadlineMs: 1500,
      intervalMs: 50,
      what: 'all that are under way, which workers tell twice a second',
    });
    await converge(served([2]));
    assert.notEqual((await status()).inFlight.get(backend(1)) ?? 0, 0);
    for (const each of [slow, ...more]) assert.equal((await each).text.trim(), 'v1 web.1');
    await waitUntil(async () => ((await status()).inFlight.size === 0 ? true : undefined), {
      deadlineMs: 2000,
      intervalMs: 50,
      what: 'an idle proxy',
    });
  });

  measureCases(() => ({
    proxy,
    runtime,
    ask,
    serve: (nums, more) => converge(served(nums, more)),
  }));

  it('spreads by least connections and keeps an address at its backend with ip_hash', async () => {
    await converge(served([1, 2, 3], { algorithm: 'least_conn' }));
    assert.equal((await Promise.all([1, 2, 3].map(async () => (await ask('slow')).text.trim()))).length, 3);
    assert.deepEqual(await answering(9), ['v1 web.1', 'v1 web.2', 'v1 web.3']);
    await converge(served([1, 2, 3], { algorithm: 'ip_hash' }));
    assert.equal((await answering(6)).length, 1);
  });

  it('tells the app who asks, and believes no client', async () => {
    await converge(served([1]));
    const { text } = await ask('headers', {
      headers: { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'https' },
    });
    assert.ok(!text.includes('6.6.6.6') && !/x-forwarded-proto: https/i.test(text));
    for (const header of [
      /^X-Forwarded-For: [\d.]+$/im,
      /^X-Forwarded-Proto: http$/im,
      /^X-Forwarded-Port: 80$/im,
      /^X-Forwarded-Ssl: off$/im,
      new RegExp(`^Host: ${proxy.node.address.replaceAll('.', '\\.')}$`, 'im'),
    ])
      assert.match(text.replaceAll('\r', ''), header);
  });

  it('compresses text of 300 bytes, not of 200, nor pictures', async () => {
    assert.deepEqual(
      [
        (await ask('bytes/300')).headers.get('content-encoding'),
        (await ask('bytes/300')).headers.get('vary'),
      ],
      ['gzip', 'Accept-Encoding'],
    );
    assert.equal((await ask('bytes/200')).headers.get('content-encoding'), null);
    assert.equal((await ask('png')).headers.get('content-encoding'), null);
  });

  it('refuses a body that is too large with a page', async () => {
    const { status: code, text } = await ask('', { method: 'POST', body: 'x'.repeat(1_100_000) });
    assert.deepEqual([code, text.includes('larger than this app takes')], [413, true]);
  });

  it('takes a body as large as is set, and waits for the app as long', async () => {
    const report = await converge(served([1, 2, 3], { bodySize: 2_000_000, timeoutSeconds: 1 }));
    assert.equal(report.outcome, 'ok', report.error);
    assert.equal((await ask('', { method: 'POST', body: 'x'.repeat(2_000_001) })).status, 413);
    assert.notEqual((await ask('', { method: 'POST', body: 'x'.repeat(2_000_000) })).status, 413);
    const { status: code, text } = await ask('slow');
    assert.deepEqual([code, text.includes('took too long')], [504, true]);
    // One backend was asked, and no further ones after that wait.
    const logged = await waitUntil(
      async () => (await sh('grep "GET /slow.* 504 " /var/log/nginx/access.log || :')) || undefined,
      { deadlineMs: 10_000, intervalMs: 200, what: 'the request in the log' },
    );
    assert.match(logged, / 504 \d+ [\d.]+ [\d.]+:\d+ [\d.]+ \w+\n$/);
    await converge(served([1]));
  });

  it('is not converged while a worker of the old site still takes connections', async () => {
    // One that gets no processor for a while, as on a busy node.
    const [, ...old] = await processes();
    await sh(`kill -STOP ${old.join(' ')}`);
    const resumed = sh(`sleep 2; kill -CONT ${old.join(' ')}`);
    const report = await converge(served([1], { bodySize: 3_000_000 }));
    assert.equal(report.outcome, 'ok', report.error);
    assert.equal(
      await sh(
        `for pid in ${old.join(' ')}; do tr -d '\\0' 2>/dev/null </proc/$pid/cmdline | grep -v ` +
          `'shutting down'; done; :`,
      ),
      '',
    );
    await resumed;
    await converge(served([1]));
  });

  it('answers the networks that it is to answer, and shows others a page', async () => {
    const own = (
      await sh(`ip route get ${runtime.node.address} | sed -n 's/.* src \\([0-9.]*\\).*/\\1/p'`)
    ).trim();
    const asProxy = (path = ''): Promise<string> =>
      sh(`curl -s -o /dev/null -w '%{http_code}' http://${own}/${path}`);
    await converge(served([1], { allow: [`${own}/32`, '2001:db8::/32'] }));
    const { status: code, text } = await ask();
    assert.deepEqual(
      [code, text.includes('certain networks only'), await asProxy(), (await ask('health-check')).status],
      [403, true, '200', 200],
    );
    await converge(served([1]));
    assert.equal((await ask()).status, 200);
  });

  it('believes proxies that it trusts, and nobody else', async () => {
    const claims =
      `-H 'X-Forwarded-For: 6.6.6.6, 203.0.113.9, 127.0.0.1' -H 'X-Forwarded-Proto: https' -H ` +
      `'X-Forwarded-Port: 8443'`;
    const seen = (options = claims): Promise<string> =>
      sh(`curl -s ${options} http://127.0.0.1/headers | tr -d '\\r'`);
    await converge(served([1], { trusted: ['127.0.0.0/8'] }));
    for (const header of [
      /^X-Forwarded-For: 203\.0\.113\.9$/im,
      /^X-Forwarded-Proto: https$/im,
      /^X-Forwarded-Port: 8443$/im,
      /^X-Forwarded-Ssl: on$/im,
      /^X-Real-Ip: 203\.0\.113\.9$/im,
    ])
      assert.match(await seen(), header);
    assert.match(await seen(`-H 'X-Forwarded-Proto: https'`), /^X-Forwarded-Port: 443$/im);
    assert.match(
      await seen(`-H 'X-Forwarded-Proto: gopher' -H 'X-Forwarded-Port: 80; x'`),
      /^X-Forwarded-Proto: http\nX-Forwarded-Port: 80\n/im,
    );
    const { text } = await ask('headers', {
      headers: { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'https', 'x-forwarded-port': '8443' },
    });
    assert.ok(
      !text.includes('6.6.6.6') &&
        /x-forwarded-proto: http\r/i.test(text) &&
        /x-forwarded-port: 80\r/i.test(text),
      text,
    );
    await converge(served([1], { trusted: ['127.0.0.1'], allow: ['203.0.113.0/24'], enforceHttps: true }));
    assert.equal(await sh(`curl -s ${claims} http://127.0.0.1/`), 'v1 web.1\n');
    assert.equal(
      await sh(
        `curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -H 'X-Forwarded-For: 203.0.113.9' ` +
          'http://127.0.0.1/a?b=c',
      ),
      '308 https://127.0.0.1/a?b=c',
    );
    assert.equal(
      await sh(
        `curl -s -o /dev/null -w '%{http_code}' -H 'X-Forwarded-Proto: https' -H 'X-Forwarded-For: ` +
          `198.51.100.1' http://127.0.0.1/`,
      ),
      '403',
    );
    assert.deepEqual(
      movements(
        await converge(
          served([1], { trusted: ['127.0.0.1'], allow: ['203.0.113.0/24'], enforceHttps: true }),
        ),
      ),
      [],
    );
    await converge(served([1]));
  });

  it('passes on WebSockets, and counts an open one', async () => {
    const socket = connect(80, proxy.node.address);
    const heard: string[] = [];
    socket.on('data', (chunk: Buffer) => void heard.push(chunk.toString()));
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    const until = (words: string): Promise<true> =>
      waitUntil(async () => (heard.join('').includes(words) ? true : undefined), {
        deadlineMs: 5000,
        intervalMs: 20,
        what: words,
      });
    await until('101 Switching');
    socket.write('hello');
    await until('echo hello');
    assert.equal((await status()).inFlight.get(backend(1)), 1);
    socket.destroy();
    await waitUntil(async () => ((await status()).inFlight.size === 0 ? true : undefined), {
      deadlineMs: 3000,
      intervalMs: 50,
      what: 'an idle proxy',
    });
  });

  routerCases(() => ({ proxy, serve: (nums, more) => converge(served(nums, more)) }));

  it('refuses a bad site before it is live, and keeps serving', async () => {
    await converge(served([1]));
    const bad = [
      { kind: 'nginx_site', name: 'bad', content: 'server { listen 82; nonsense; }\n' },
      { kind: 'nginx_site', name: 'peachy-waxworks', content: 'server {' },
    ] as const;
    for (const site of bad) {
      const report = await proxy.apply([site], bag());
      assert.equal(report.outcome, 'failed');
      assert.match(report.resources[0]?.error ?? '', /nginx refuses the candidate/);
      assert.equal((await ask()).status, 200);
    }
    assert.equal(await sh('ls -A /etc/nginx/sites-enabled'), 'peachy-waxworks\n');
    assert.deepEqual(movements(await converge(served([1]))), []);
  });

  it('puts the last good site back when nginx does not come to serve the new one', async () => {
    await converge(served([1]));
    const before = await sh('cat /etc/nginx/sites-enabled/peachy-waxworks');
    const unseen = {
      kind: 'nginx_site',
      name: 'peachy-waxworks',
      content: `${before}# newer\n`,
      shownBy: { url: proxyEndpoint, line: 'site never' },
    } as const;
    assert.match((await proxy.apply([unseen], bag())).resources[0]?.error ?? '', /last good one is back/);
    assert.equal(await sh('cat /etc/nginx/sites-enabled/peachy-waxworks'), before);
    assert.equal((await ask()).status, 200);
  });

  it('answers 404 to names that are not its own, once it has names', async () => {
    await converge(served([1], { domains: ['app.example.com'] }));
    const named = await sh(
      `curl -s -o /dev/null -w '%{http_code}' -H 'Host: app.example.com' http://127.0.0.1/`,
    );
    assert.deepEqual([(await ask()).status, named, (await ask('health-check')).status], [404, '200', 200]);
  });

  const [one, two] = [
    makeCertificate(['tls.example.com', 'www.example.com']),
    makeCertificate(['tls.example.com']),
  ];
  const domains = ['plain.example.com', 'tls.example.com', 'www.example.com'];
  const certs = (more: readonly DatabagCert[] = []): DatabagCert[] => [
    { name: 'main', ...one, domains: ['tls.example.com', 'www.example.com'] },
    ...more,
  ];
  const tls = (name: string, options = ''): Promise<string> =>
    sh(`curl -sk ${options} --resolve ${name}:443:127.0.0.1 https://${name}/ || echo "curl $?"`);
  const shown = async (name: string): Promise<string> =>
    (
      await sh(
        `openssl s_client -connect 127.0.0.1:443 -servername ${name} </dev/null 2>/dev/null | openssl ` +
          'x509 -noout -fingerprint -sha256',
      )
    ).trim();
  const fingerprint = (pem: string): string =>
    `sha256 Fingerprint=${new X509Certificate(pem).fingerprint256}`;

  it('serves its names over TLS, with keys that root alone reads, and others not at all', async () => {
    const report = await converge(served([1], { domains, certs: certs() }));
    assert.equal(report.outcome, 'ok', report.error);
    assert.ok(!JSON.stringify(report).includes('PRIVATE KEY'));
    assert.deepEqual(
      [await tls('tls.example.com'), await tls('www.example.com')],
      ['v1 web.1\n', 'v1 web.1\n'],
    );
    assert.equal(await shown('tls.example.com'), fingerprint(one.certificate));
    assert.match(await tls('plain.example.com'), /^curl 35/);
    assert.equal(await sh(`curl -s -H 'Host: plain.example.com' http://127.0.0.1/`), 'v1 web.1\n');
    const path = certPath({ name: 'main', certificate: one.certificate });
    assert.equal(
      await sh("stat -c '%a %U %n' /etc/nginx/deis/certs/*"),
      `600 root ${path}.crt\n600 root ${path}.key\n`,
    );
    assert.match(await tls('tls.example.com', '--tls-max 1.1'), /^curl 35/);
    assert.deepEqual(movements(await converge(served([1], { domains, certs: certs() }))), []);
  });

  it('tells the app how it was asked', async () => {
    const headers = await sh(
      `curl -sk --resolve tls.example.com:443:127.0.0.1 https://tls.example.com/headers`,
    );
    assert.match(headers, /x-forwarded-proto: https/i);
    assert.match(headers, /x-forwarded-ssl: on/i);
  });

  it('sends plain requests to HTTPS, and tells browsers to come that way alone', async () => {
    await converge(
      served([1], { domains, certs: certs(), enforceHttps: true, hsts: 10_886_400, hstsSubdomains: true }),
    );
    const plain = (path: string): Promise<string> =>
      sh(
        `curl -s -D - -o /dev/null -X POST -H 'Host: tls.example.com' http://127.0.0.1/${path} | tr -d '\\r'`,
      );
    assert.match(
      await plain('a?b=c'),
      /^HTTP\/1\.1 308 [^]*^Location: https:\/\/tls\.example\.com\/a\?b=c$/m,
    );
    assert.doesNotMatch(await plain('a'), /strict-transport/i);
    assert.match(await plain('health-check'), /^HTTP\/1\.1 200 /);
    assert.match(
      await tls('tls.example.com', '--no-styled-output -i'),
      /^strict-transport-security: max-age=10886400; includeSubDomains\r$/im,
    );
    assert.match(await tls('tls.example.com', '-X POST -d x=1'), /v1 web\.1/);
  });

  it('serves another certificate as soon as the converge has ended', async () => {
    await converge(served([1], { domains, certs: [{ name: 'main', ...two, domains: ['tls.example.com'] }] }));
    assert.equal(await shown('tls.example.com'), fingerprint(two.certificate));
  });

  it('replaces a pair under the same name without a request that fails, and keeps no file of the old one', async () => {
    const before = await sh('ls /etc/nginx/deis/certs');
    const asking = sh(
      'while [ ! -e /tmp/enough ]; do curl -sk -m 5 -o /dev/null -w "%{http_code}\\n" --resolve ' +
        'tls.example.com:443:127.0.0.1 https://tls.example.com/ || echo failed; done | sort | uniq',
    );
    const again = makeCertificate(['tls.example.com']);
    const report = await converge(
      served([1], { domains, certs: [{ name: 'main', ...again, domains: ['tls.example.com'] }] }),
    );
    const seen = await shown('tls.example.com');
    await sh('touch /tmp/enough');
    assert.deepEqual([report.outcome, seen, await asking], ['ok', fingerprint(again.certificate), '200\n']);
    const after = (await sh('ls -1 /etc/nginx/deis/certs')).trim().split(/\s+/);
    assert.deepEqual([after.length, after.some((file) => before.includes(file))], [2, false]);
  });

  const challenge = '.well-known/acme-challenge/evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';
  const thumbprint = 'LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ';
  const answered = (host: string, path = challenge, options = ''): Promise<string> =>
    sh(`curl -s ${options} -w ' %{http_code} %{content_type}' -H 'Host: ${host}' http://127.0.0.1/${path}`);
  for (const [what, more] of [
    ['serves its app', {}],
    ['is under maintenance', { maintenance: true }],
    ['enforces https', { enforceHttps: true, certs: certs() }],
    ['answers certain networks alone', { allow: ['203.0.113.0/24'] }],
  ] as const)
    it(`answers a CA's challenges for each of its names while it ${what}`, async () => {
      await converge(served([1], { domains, ...more, acmeThumbprint: thumbprint }));
      for (const name of domains)
        assert.equal(
          await answered(name),
          `evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.${thumbprint} 200 text/plain`,
        );
      assert.match(await answered('other.example.com'), / 404 text\/html/);
      assert.doesNotMatch(await answered(domains[0]!, '.well-known/acme-challenge/%3Cb%3E'), /LPJNul/);
      assert.doesNotMatch(await answered(domains[0]!, `${challenge}/more`), /LPJNul/);
    });

  it("leaves challenges to the app where certificates are in its owner's hands", async () => {
    await converge(served([1], { domains }));
    assert.doesNotMatch(await answered(domains[0]!), /LPJNul/);
  });

  it('keeps no key of a certificate that is gone, and answers on no TLS port', async () => {
    await converge(served([1], { domains }));
    assert.equal(await sh('ls -A /etc/nginx/deis/certs'), '');
    assert.match(await tls('tls.example.com'), /^curl (7|35)/);
    assert.deepEqual(movements(await converge(served([1], { domains }))), []);
  });

  it('answers a page under maintenance, with its containers behind it, and the app again after', async () => {
    await converge(served([1], { maintenance: true }));
    const { status: code, text } = await ask();
    assert.deepEqual(
      [code, text.includes('being worked on'), (await ask('health-check')).status],
      [503, true, 200],
    );
    await converge(served([1]));
    assert.equal((await ask()).text, 'v1 web.1\n');
  });

  it('shows its endpoint on the loopback alone, and containers to proxies alone', async () => {
    await assert.rejects(askAnew(`http://${proxy.node.address}:9091/`));
    assert.equal(await sh(`curl -s -m 2 http://${backend(1)}/`), 'v1 web.1\n');
    await runtime.converge(bag({ release: null, placements: [samplePlacement()].slice(1), proxies: [] }));
    assert.equal(await sh(`curl -s -m 2 -o /dev/null -w '%{http_code}' http://${backend(1)}/ || :`), '000');
  });
});
