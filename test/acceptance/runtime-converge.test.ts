import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type {
  Databag,
  DatabagRelease,
  DatabagSlugBuild,
  HealthSettings,
  Placement,
} from '../../cookbooks/databag.js';
import type { NodeReport } from '../../provisioner/engine.js';
import { waitUntil } from '../../base/wait-until.js';
import { prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { newInstance } from '../support/nodes/docker-node.js';
import { movements, NodeUnderConverge } from '../support/nodes/node-under-converge.js';
import { sampleDatabag, samplePlacement, sampleRelease } from '../support/nodes/sample-databag.js';
import { BodyServer, slugOf } from '../support/apps/slug-of-files.js';

const values = {
  PLAIN: 'Deis',
  EMPTY: '',
  QUOTES: `it's "q" $x \`y\` \\`,
  LINES: 'a\nb\n',
  EQUALS: '=a==b',
  UTF8: 'é漢🚀',
  LD_PRELOAD: '',
  DOCKER_HOST: 'tcp://127.0.0.1:1',
  TOKEN: 'argv-sentinel-4711',
};

describe('a runtime node', function () {
  this.timeout(120_000);
  const instance = newInstance();
  const server = new BodyServer();
  const slug = slugOf({
    'server.py': readFileSync(new URL('../fixtures/converge-app/server.py', import.meta.url), 'utf8'),
  });
  let runtime: NodeUnderConverge;
  let release: DatabagRelease;
  let downloads: Record<string, string>;
  let generation = 0;

  before(async function () {
    this.timeout(300_000);
    const { stack } = await prepareMachine();
    runtime = await NodeUnderConverge.start('runtime', instance);
    const [address] = await runtime.node.provider.controllerAddresses(
      new AbortController().signal,
      'peachy-waxworks',
    );
    await server.listen(address ?? assert.fail('the provider knows no address of the controller'));
    downloads = { 'the-slug': server.serve('/slug?signature=argv-sentinel-4712', slug.body) };
    release = sampleRelease(1, {
      image: `deis/stack:bookworm@${stack.id}`,
      config: values,
      build: {
        slug: 'the-slug',
        sha256: slug.sha256,
        size: slug.body.length,
        procfile: { web: 'python3 -S server.py' },
      },
    });
  });

  after(async () => {
    await runtime?.close();
    await sweep(instance);
    await server.close();
  });

  const bag = (more: Partial<Databag> = {}): Databag =>
    sampleDatabag({
      generation: ++generation,
      release,
      placements: [placed(1), placed(2)],
      containers: {},
      controllers: [],
      nodes: { runtime: { [runtime.node.name]: runtime.node.address } },
      proxies: [],
      ...more,
    });
  const placed = (num: number, more: Partial<Placement> = {}): Placement =>
    samplePlacement({ num, release: 1, port: 5000 + num, node: runtime.node.name, ...more });
  const trial = (command: string, more: Partial<Databag> = {}): Databag =>
    bag({
      releases: { 2: { ...release, version: 2, build: { ...release.build!, procfile: { web: command } } } },
      placements: [placed(1), placed(2), placed(3, { release: 2, state: 'starting' })],
      health: { web: { kind: 'tcp', deadlineSeconds: 3, settleSeconds: 0 } },
      ...more,
    });
  const converge = (databag: Databag, whyRun = false): Promise<NodeReport> =>
    runtime.converge(databag, { whyRun, downloads });
  const sh = (script: string): Promise<string> => runtime.node.sh(script);
  const errorOf = (report: NodeReport, resource: string): string =>
    report.resources.find((candidate) => candidate.resource === resource && candidate.result === 'failed')
      ?.error ?? assert.fail(`${resource} did not fail: ${movements(report).join(', ')}`);
  const names = async (): Promise<string[]> =>
    (await sh("docker ps --format '{{.Names}}'")).trim().split('\n').filter(Boolean).sort();

  it('says in a why-run what would change, and touches nothing', async () => {
    const look =
      'docker ps -aq; ls -A /opt /var/lib/deis/databag.json /etc/deis /etc/docker 2>&1; iptables -S';
    const before = await sh(look);
    const report = await converge(bag(), true);
    assert.equal(report.outcome, 'ok', report.error);
    assert.ok(
      movements(report).length > 8 && movements(report).every((line) => line.endsWith('would-change')),
      movements(report).join('\n'),
    );
    assert.equal(await sh(look), before);
  });

  it('comes to run its containers, with no secret on any command line', async () => {
    await sh(`printf '%s\\n' argv-sentinel >/tmp/pattern`);
    const watching = sh(
      'end=$(($(date +%s) + 8)); while [ $(date +%s) -lt $end ] && [ ! -e /tmp/stop ]; do cat ' +
        '/proc/[0-9]*/cmdline; done 2>/dev/null | tr "\\0" "\\n" | grep -a -f /tmp/pattern | sort | uniq ' +
        '-c || :',
    );
    const report = await converge(
      bag({ placements: [placed(1, { state: 'starting' }), placed(2, { state: 'starting' })] }),
    );
    await sh('touch /tmp/stop');
    assert.equal(report.outcome, 'ok', report.error);
    assert.deepEqual(await names(), ['peachy-waxworks-web.1-v1-5001', 'peachy-waxworks-web.2-v1-5002']);
    assert.equal((await watching).trim(), '');
  });

  it('changes nothing the second time, nor for the next state and generation', async () => {
    assert.deepEqual(movements(await converge(bag())), []);
  });

  it('gives each container of a writable release an /app of its own, which goes with it', async () => {
    const writable: DatabagRelease = { ...release, version: 3, writable: true };
    const two = (state: Placement['state']): Databag =>
      bag({
        releases: { 3: writable },
        placements: [
          placed(1),
          placed(2),
          placed(3, { release: 3, state }),
          placed(4, { release: 3, state }),
        ],
      });
    const started = await converge(two('starting'));
    assert.equal(started.outcome, 'ok', started.error);
    const [three, four] = ['peachy-waxworks-web.3-v3-5003', 'peachy-waxworks-web.4-v3-5004'];
    const slugDirectory = `/opt/deis/slugs/${slug.sha256}`;
    const had = await sh(`ls -la ${slugDirectory}`);
    await sh(
      `docker exec ${three} sh -c 'echo mine >/app/own.txt && mkdir -p /app/tmp/cache && echo >>/app/server.py && ` +
        `rm -r /app/tmp'`,
    );
    assert.equal(await sh(`ls -la ${slugDirectory}`), had);
    assert.equal(
      await sh(`docker exec ${four} sh -c 'ls /app'; docker exec peachy-waxworks-web.1-v1-5001 ls /app`),
      'server.py\nserver.py\n',
    );
    assert.match(await sh('docker exec peachy-waxworks-web.1-v1-5001 touch /app/x 2>&1 || :'), /Read-only/);
    // Docker's own restart, as after a crash or a reboot.
    await sh(`docker restart -t 1 ${three}`);
    assert.equal(await sh(`docker exec ${three} cat /app/own.txt`), 'mine\n');
    assert.deepEqual(movements(await converge(two('serving'))), []);
    // A slug that is lost comes back, and with it the containers that had it.
    await sh(`rm -r ${slugDirectory}`);
    const mended = await converge(two('serving'));
    assert.equal(mended.outcome, 'ok', mended.error);
    assert.equal(await sh(`docker exec ${three} ls /app`), 'server.py\n');
    await sh(
      'mkdir -p /opt/deis/containers/left-behind && touch -d "1 hour ago" /opt/deis/containers/left-behind',
    );
    const replaced = await converge(
      bag({
        releases: { 3: { ...writable, config: { A: '1' } } },
        placements: [placed(1), placed(2), placed(3, { release: 3, state: 'starting' })],
      }),
    );
    assert.equal(replaced.outcome, 'ok', replaced.error);
    assert.equal(await sh('ls /opt/deis/containers'), `${three}\n`);
    const gone = await converge(bag());
    assert.equal(gone.outcome, 'ok', gone.error);
    assert.equal(
      await sh('ls /opt/deis/containers; docker volume ls -q; mount | grep -c deis/containers || :'),
      '0\n',
    );
  });

  it('gives the app every value exactly', async () => {
    const answer = Buffer.from(
      await sh('curl -s http://127.0.0.1:5001/env | base64 -w 0'),
      'base64',
    ).toString();
    const seen = Object.fromEntries(
      answer.split('\0').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    const wanted: Record<string, string> = {
      ...values,
      PORT: '5001',
      HOME: '/app',
      DEIS_RELEASE: 'v1',
      DEIS_CONTAINER: 'web.1',
      DEIS_FORMATION: 'peachy-waxworks',
    };
    assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, seen[name]])), wanted);
  });

  const drifts: [what: string, script: string, repaired: RegExp][] = [
    [
      'a deleted databag',
      'rm /var/lib/deis/databag.json',
      /^file\[\/var\/lib\/deis\/databag\.json\] changed$/,
    ],
    [
      'an edited databag',
      'echo >>/var/lib/deis/databag.json',
      /^file\[\/var\/lib\/deis\/databag\.json\] changed$/,
    ],
    [
      'a databag that everybody can read',
      'chmod 644 /var/lib/deis/databag.json',
      /^file\[\/var\/lib\/deis\/databag\.json\] changed$/,
    ],
    [
      'a stopped container',
      'docker stop -t 1 peachy-waxworks-web.1-v1-5001',
      /^docker_container\[peachy-waxworks-web\.1-v1-5001\] changed$/,
    ],
    [
      'a removed container',
      'docker rm -f peachy-waxworks-web.2-v1-5002',
      /^docker_container\[peachy-waxworks-web\.2-v1-5002\] changed$/,
    ],
    [
      'a stranger with our label',
      'docker run -d --init --label deis.formation=peachy-waxworks --name stranger ' +
        'deis/stack:bookworm sleep 1000',
      /^containers_absent\[peachy-waxworks\] changed$/,
    ],
    ['a removed slug', 'rm -rf /opt/deis/slugs/*', /^archive\[.*\] changed$/],
    [
      'a firewall rule too many',
      'iptables -I DEIS-CONTAINERS 1 -s 9.9.9.9 -j RETURN',
      /^firewall\[DEIS-CONTAINERS\] changed$/,
    ],
    ['a flushed firewall', 'iptables -F DEIS-CONTAINERS', /^firewall\[DEIS-CONTAINERS\] changed$/],
    [
      'a firewall that nobody calls',
      'iptables -D DOCKER-USER -j DEIS-CONTAINERS',
      /^firewall\[DEIS-CONTAINERS\] changed$/,
    ],
    [
      'everything let through first',
      'iptables -I FORWARD 1 -j ACCEPT',
      /^firewall\[DEIS-CONTAINERS\] changed$/,
    ],
    [
      'a firewall that the next boot would not restore',
      'systemctl disable deis-firewall',
      /^service\[deis-firewall\] changed$/,
    ],
    ['a stopped engine', 'systemctl stop docker.socket docker', /^service\[docker\] changed$/],
  ];
  for (const [what, script, repaired] of drifts) {
    it(`finds and repairs ${what}`, async () => {
      await sh(`{ ${script}; } >/dev/null 2>&1`);
      const foreseen = await converge(bag(), true);
      assert.ok(
        movements(foreseen).some((line) => line.endsWith('would-change')),
        'the why-run saw nothing',
      );
      const lines = movements(await converge(bag()));
      assert.ok(
        lines.some((line) => repaired.test(line)),
        lines.join('\n'),
      );
      assert.deepEqual(movements(await converge(bag())), []);
    });
  }

  it('makes containers anew whose slug was unpacked anew', async () => {
    const files = (): Promise<string> =>
      sh('for name in $(docker ps --format "{{.Names}}"); do docker exec -w / $name ls /app; done 2>&1');
    assert.equal(await files(), 'server.py\nserver.py\n');
    await sh('rm -rf /opt/deis/slugs/*');
    assert.equal(await files(), '');
    const lines = movements(await converge(bag()));
    assert.deepEqual(
      lines.map((line) => line.split('[')[0]),
      ['archive', 'docker_container', 'docker_container'],
      lines.join('\n'),
    );
    assert.equal(await files(), 'server.py\nserver.py\n');
    assert.deepEqual(movements(await converge(bag())), []);
  });

  it('restarts an app that dies, by itself', async () => {
    const count = async (): Promise<number> =>
      Number(await sh("docker inspect -f '{{.RestartCount}}' peachy-waxworks-web.1-v1-5001"));
    const before = await count();
    await sh("kill -9 $(docker inspect -f '{{.State.Pid}}' peachy-waxworks-web.1-v1-5001)");
    await waitUntil(
      async () => ((await count()) > before && (await names()).length === 2 ? true : undefined),
      { deadlineMs: 10_000, intervalMs: 200, what: 'the restart' },
    );
    assert.deepEqual(movements(await converge(bag())), []);
  });

  it('fails on a container that exits at once, with its last 200 lines; the others are untouched', async () => {
    const before = await sh('docker inspect -f "{{.Id}} {{.State.StartedAt}}" peachy-waxworks-web.1-v1-5001');
    const report = await converge(trial('seq 300; echo last words; exit 3'));
    assert.equal(report.outcome, 'failed');
    assert.match(
      errorOf(report, 'container_health[peachy-waxworks-web.3-v2-5003]'),
      /exited with status 3; its last lines of output:\n102\n103\n[^]*\n300\nlast words\n/,
    );
    const left = report.resources.find(({ container }) => container !== undefined)?.container;
    assert.deepEqual(
      [left?.name, left?.reason, left?.exitCode, left?.outOfMemory, left?.restarts],
      ['peachy-waxworks-web.3-v2-5003', 'exited with status 3', 3, false, 0],
    );
    assert.deepEqual([left?.lines.length, left?.lines.at(-1)], [200, 'last words']);
    const inspected = left?.inspect as { state: { ExitCode: number }; env: string[] };
    assert.equal(inspected.state.ExitCode, 3);
    assert.ok(
      inspected.env.includes('PORT') && inspected.env.every((name) => /^\w+$/.test(name)),
      inspected.env.join(),
    );
    assert.equal(
      await sh('docker inspect -f "{{.Id}} {{.State.StartedAt}}" peachy-waxworks-web.1-v1-5001'),
      before,
    );
  });

  it('fails on a container that never listens, after its deadline', async () => {
    const report = await converge(trial('echo still busy; sleep 1000'));
    assert.match(
      errorOf(report, 'container_health[peachy-waxworks-web.3-v2-5003]'),
      /not healthy after 3 s: nothing listens on port 5003[^]*still busy/,
    );
  });

  it('says where one listens that does not listen on its port', async () => {
    const report = await converge(trial('exec python3 -m http.server 3999 --bind 127.0.0.1'));
    assert.match(
      errorOf(report, 'container_health[peachy-waxworks-web.3-v2-5003]'),
      /nothing listens on port 5003: [^;]*; it listens on 127\.0\.0\.1:3999;/,
    );
  });

  const limited = (command: string): Databag => {
    const databag = trial(command);
    return {
      ...databag,
      releases: { 2: { ...databag.releases['2']!, limits: { web: { memory: 32 << 20, cpus: 0.5 } } } },
    };
  };
  const hungry = 'python3 -S -c "x = bytearray(200 << 20); import time; time.sleep(100)"';

  it('fails on a container that needs more memory than it may, and says so; the others go on', async () => {
    const before = await sh('docker inspect -f "{{.Id}} {{.State.StartedAt}}" peachy-waxworks-web.1-v1-5001');
    const report = await converge(limited(`exec ${hungry}`));
    assert.match(
      errorOf(report, 'container_health[peachy-waxworks-web.3-v2-5003]'),
      /killed: out of memory \(OOMKilled\), its limit of 32 MiB is too small/,
    );
    const of = (name: string): Promise<string> =>
      sh(
        `docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} ` +
          `{{.HostConfig.NanoCpus}}' ${name}`,
      );
    assert.equal(await of('peachy-waxworks-web.3-v2-5003'), `${32 << 20} ${32 << 20} 500000000\n`);
    assert.equal(await of('peachy-waxworks-web.1-v1-5001'), '0 0 0\n');
    assert.equal(
      await sh('docker inspect -f "{{.Id}} {{.State.StartedAt}}" peachy-waxworks-web.1-v1-5001'),
      before,
    );
  });

  it('says the same of one that ends because a process of its was killed so', async () => {
    const report = await converge(limited(`${hungry}; exit 1`));
    assert.match(
      errorOf(report, 'container_health[peachy-waxworks-web.3-v2-5003]'),
      /killed: out of memory \(OOMKilled\), its limit of 32 MiB/,
    );
  });

  it('asks as the release says, and tells what it was answered', async () => {
    const asked = (check: HealthSettings): Databag => {
      const databag = trial('python3 -S server.py');
      return { ...databag, releases: { 2: { ...databag.releases['2']!, health: { web: check } } } };
    };
    const missing = await converge(
      asked({ kind: 'http', path: '/up', status: [404, 404], deadlineSeconds: 2 }),
    );
    assert.match(
      errorOf(missing, 'container_health[peachy-waxworks-web.3-v2-5003]'),
      /not healthy after 2 s: status 200 of \/up, good is 404 to 404/,
    );
    const slow = await converge(
      asked({ kind: 'http', path: '/slow', timeoutSeconds: 1, deadlineSeconds: 2 }),
    );
    assert.match(
      errorOf(slow, 'container_health[peachy-waxworks-web.3-v2-5003]'),
      /not healthy after 2 s: no answer in 1 s/,
    );
    assert.equal(
      (await converge(asked({ kind: 'http', path: '/up', status: [200, 200], timeoutSeconds: 1 }))).outcome,
      'ok',
    );
  });

  it('gives SIGTERM to the program below a shell, once, and lets it end in its own way', async () => {
    const program =
      'import signal, sys, time; ' +
      "signal.signal(15, lambda *_: (print('hears', flush=True), time.sleep(1), " +
      "print('ends', flush=True), sys.exit())); " +
      "exec(open('server.py').read())";
    const command = `cd /app && python3 -S -c "${program}"; true`;
    assert.equal((await converge(trial(command))).outcome, 'ok');
    const name = 'peachy-waxworks-web.3-v2-5003';
    const began = performance.now();
    const logs = await sh(`docker stop ${name} >/dev/null; docker logs ${name} 2>&1`);
    assert.ok(performance.now() - began < 8000, 'took as long as SIGKILL would');
    assert.deepEqual(logs.match(/^(hears|ends)$/gm), ['hears', 'ends'], logs);
    assert.equal((await converge(bag())).outcome, 'ok');
  });

  it('checks an HTTP path when it is told to', async () => {
    const health = { web: { kind: 'http', path: '/up', deadlineSeconds: 5, settleSeconds: 0 } } as const;
    assert.equal((await converge(trial('python3 -S server.py', { health }))).outcome, 'ok');
    const report = await converge(
      trial(`python3 -S -c "import runpy; runpy.run_path('server.py', {'__name__': 'x'})" ; exit 1`, {
        health: { web: { ...health.web, path: '/bytes/nonsense', deadlineSeconds: 2 } },
      }),
    );
    assert.match(errorOf(report, 'container_health[peachy-waxworks-web.3-v2-5003]'), /not healthy after 2 s/);
  });

  it('stops what is no longer wanted, quickly and with SIGTERM', async () => {
    const began = performance.now();
    const report = await converge(bag());
    assert.ok(movements(report).includes('containers_absent[peachy-waxworks] changed'));
    assert.ok(performance.now() - began < 8000, 'took as long as SIGKILL would');
    assert.deepEqual(await names(), ['peachy-waxworks-web.1-v1-5001', 'peachy-waxworks-web.2-v1-5002']);
  });

  it('never unpacks a slug with another checksum, or one that cannot be fetched', async () => {
    const slugBuild = release.build as DatabagSlugBuild;
    const other = (slugPath: string, sha256: string): Databag =>
      bag({
        releases: { 3: { ...release, version: 3, build: { ...slugBuild, slug: slugPath, sha256 } } },
      });
    const wanted = 'e'.repeat(64);
    downloads['wrong'] = server.serve('/wrong', Buffer.from('not what was built'));
    downloads['missing'] = server.url('/missing');
    assert.match(
      errorOf(await converge(other('wrong', wanted)), `archive[/opt/deis/slugs/${wanted}]`),
      /18 bytes\), wanted eeee/,
    );
    assert.match(
      errorOf(await converge(other('missing', wanted)), `archive[/opt/deis/slugs/${wanted}]`),
      /404/,
    );
    assert.match(
      errorOf(await converge(other('unknown', wanted)), `archive[/opt/deis/slugs/${wanted}]`),
      /gave no address/,
    );
    assert.deepEqual((await sh('ls -A /opt/deis/slugs')).trim(), slug.sha256);
  });

  it('comes back after a reboot without anybody, firewall included', async () => {
    await converge(bag());
    await runtime.node.container.restart({ t: 10 });
    await waitUntil(async () => ((await names().catch(() => [])).length === 2 ? true : undefined), {
      deadlineMs: 30_000,
      intervalMs: 300,
      what: 'the containers',
    });
    await waitUntil(async () => ((await converge(bag(), true)).outcome === 'ok' ? true : undefined), {
      deadlineMs: 30_000,
      intervalMs: 300,
      what: 'SSH',
    });
    assert.deepEqual(movements(await converge(bag(), true)), []);
  });
});
