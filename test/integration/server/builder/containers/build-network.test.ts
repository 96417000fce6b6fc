import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { execa } from 'execa';
import {
  applyBuildFirewall,
  buildBridge,
  removeBuildFirewall,
  type HostService,
} from '../../../../../provisioner/build-firewall.js';
import { findNetwork } from '../../../../../provisioner/providers/docker/network/node-network.js';
import { sweepInstance } from '../../../../../provisioner/providers/docker/sweep-instance.js';
import { BuildContainers } from '../../../../../server/builder/containers/build-container.js';
import { BuildNetwork } from '../../../../../server/builder/containers/build-network.js';
import { registryOnHost } from '../../../../../server/builder/containers/registry-on-host.js';
import { BuildBench } from '../../../../support/apps/build-bench.js';
import { LinkLocalHost } from '../../../../support/nodes/link-local-host.js';

const stack = 'deis/stack:bookworm';
const limits = { memory: 256 * 1024 ** 2, cpus: null, pids: 64, disk: 1024 ** 3 };

describe('the network of builds', function () {
  this.timeout(60_000);
  let bench: BuildBench;
  let server: Server;
  let port: number;
  let linkLocal: LinkLocalHost;
  const hostAddress = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)!.address;

  before(async function () {
    this.timeout(600_000);
    bench = await BuildBench.open();
    server = createServer((_request, response) => response.end('the host')).listen(0, '0.0.0.0');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    linkLocal = await LinkLocalHost.start(bench.instance);
  });
  after(async () => {
    await linkLocal.stop();
    server.close();
    await bench.close();
  });
  afterEach(async () => {
    await new BuildContainers(bench.docker, bench.instance, limits).removeAllBut(() => Promise.resolve([]));
  });

  const networkOf = (services: readonly HostService[], nodes: readonly string[] = []): BuildNetwork =>
    new BuildNetwork({
      docker: bench.docker,
      instance: bench.instance,
      services: () => Promise.resolve(services),
      nodes: () => Promise.resolve(nodes),
      log: { warn: (fields, message) => assert.fail(`${message} ${JSON.stringify(fields)}`) },
    });
  /** What a command prints in a container of Docker's own network: what builds could reach without ours. */
  const outside = async (...command: string[]): Promise<string> =>
    (await execa('docker', ['run', '--rm', '--user', 'app', stack, ...command], { reject: false })).stdout;
  const curl = (url: string): string[] => ['curl', '-s', '--max-time', '3', url];
  const gateway = async (): Promise<string> => {
    const { IPAM } = await bench.docker.getNetwork(bench.network.name).inspect();
    return IPAM!.Config![0]!['Gateway']!;
  };
  const rulesOf = async (chain: string): Promise<string[]> =>
    (await execa('iptables', ['-S', chain])).stdout
      .split('\n')
      .filter((line) => line.includes(buildBridge(bench.instance)));

  /** Builds with a script that asks these URLs; what they answered, `-` for nothing. */
  async function asked(network: BuildNetwork, urls: readonly string[]): Promise<string[]> {
    const lines: string[] = [];
    const script = urls
      .map((url) => `echo "asked: $(curl -s --max-time 3 ${url} || echo -)" &`)
      .map((each) => `${each}\nwait`)
      .join('\n');
    const files = { Procfile: 'web: true', 'bin/compile': `#!/bin/bash\n${script}\n` };
    const order = await bench.order('asks', await bench.commit('asks', files));
    const builder = bench.builder({ network });
    await builder.build(order, (line) => lines.push(line), new AbortController().signal);
    await builder.discard(order);
    return lines.flatMap((line) => /asked: (.*)$/.exec(line)?.slice(1) ?? []);
  }

  it('reaches neither this host nor link-local addresses, which other containers do', async () => {
    const network = networkOf([]);
    await network.ensure();
    const urls = [
      `http://${await gateway()}:${port}/`,
      `http://${hostAddress}:${port}/`,
      `http://${linkLocal.address}:${linkLocal.port}/`,
    ];
    assert.equal(await outside(...curl(urls[1]!)), 'the host');
    assert.equal(await outside(...curl(urls[2]!)), 'link-local');
    assert.deepEqual(await asked(network, urls), ['-', '-', '-']);
  });

  it('reaches the one service of this host that builds need, and no other', async () => {
    const network = networkOf([{ address: hostAddress, port }]);
    const other = createServer((_request, response) => response.end('another')).listen(0, '0.0.0.0');
    await once(other, 'listening');
    const otherPort = (other.address() as AddressInfo).port;
    const urls = [port, otherPort].map((each) => `http://${hostAddress}:${each}/`);
    assert.deepEqual(await asked(network, urls), ['the host', '-']);
    other.close();
  });

  it('has names of the world', async () => {
    const order = await bench.order('named', await bench.example('node-hello'));
    const { slug } = await bench
      .builder({ network: networkOf([]) })
      .build(order, () => undefined, new AbortController().signal);
    assert.ok(slug.size > 0);
  });

  it('lets no build reach another, which containers of one network else do', async () => {
    const containers = new BuildContainers(bench.docker, bench.instance, limits);
    const ask = async (network: string): Promise<string> => {
      const server = [
        'python3',
        '-c',
        'import http.server as h; h.test(h.SimpleHTTPRequestHandler, port=8000)',
      ];
      const make = (operationId: string, command: string[]) =>
        containers.create({
          operationId: `${operationId}-${network}`,
          formation: 'x',
          imageId: stack,
          imageReference: 'x',
          command,
          env: {},
          binds: [],
          network,
          note: '',
        });
      const listening = await make('listens', server);
      await listening.start();
      const { Networks } = (await listening.inspect()).NetworkSettings;
      const url = `http://${Networks[network]!.IPAddress}:8000/`;
      const script = `for n in 1 2 3 4 5 6 7 8; do curl -s --max-time 1 ${url} && exit 0; sleep 0.5; done; exit 1`;
      const asking = await make('asks', ['bash', '-c', script]);
      await asking.start();
      const { StatusCode: code } = (await asking.wait()) as { StatusCode: number };
      return code === 0 ? 'reached' : 'not reached';
    };
    assert.equal(await ask('bridge'), 'reached');
    assert.equal(await ask(await networkOf([]).ensure()), 'not reached');
  });

  it('has its rules once, and again after a firewall was loaded anew', async () => {
    const network = networkOf([]);
    await Promise.all([network.ensure(), networkOf([]).ensure()]);
    await network.ensure();
    const parents = ['DOCKER-USER', 'INPUT'];
    const assertPresent = async (): Promise<void> => {
      for (const parent of parents) assert.ok((await rulesOf(parent)).length >= 1, parent);
    };
    await assertPresent();
    for (const parent of parents)
      for (const rule of await rulesOf(parent)) await execa('iptables', ['-D', ...rule.split(' ').slice(1)]);
    assert.deepEqual(await rulesOf('INPUT'), []);
    await network.ensure();
    await assertPresent();
    assert.equal((await rulesOf('INPUT')).length, 1);
    // Nodes come and go.
    const fenced = async (): Promise<string[]> =>
      (await execa('iptables', ['-S', `DEIS-${bench.instance}-OUT`])).stdout
        .split('\n')
        .filter((line) => line.includes('--dport 5000:9999 -j DROP'));
    assert.equal((await fenced()).length, 0);
    await networkOf([], ['198.51.100.7', '198.51.100.8']).ensure();
    assert.deepEqual(
      (await fenced()).map((line) => / -d (\S+)/.exec(line)?.[1]),
      ['198.51.100.7/32', '198.51.100.8/32'],
    );
    await network.ensure();
    assert.equal((await fenced()).length, 0);
    await network.ensure();
    assert.equal((await rulesOf('INPUT')).length, 1);
  });

  it('goes on without rules where none can be set, and says so once', async () => {
    const warnings: string[] = [];
    const network = new BuildNetwork(
      {
        docker: bench.docker,
        instance: bench.instance,
        services: () => Promise.resolve([]),
        nodes: () => Promise.resolve([]),
        log: { warn: (_fields, message) => warnings.push(message) },
      },
      () => Promise.reject(new Error('Permission denied (you must be root)')),
    );
    assert.equal(await network.ensure(), bench.network.name);
    // The nodes' network is another.
    assert.equal(await findNetwork(bench.docker, { instance: bench.instance }), undefined);
    assert.equal(await network.ensure(), bench.network.name);
    assert.deepEqual(warnings.length, 1);
    assert.match(warnings[0]!, /builds can reach this host, link-local addresses and containers on nodes/);
  });

  it('goes with the instance, its rules too', async () => {
    await networkOf([]).ensure();
    await applyBuildFirewall('00000000', { services: [], nodes: [] });
    const lines = await sweepInstance(bench.instance, bench.docker);
    assert.ok(lines.includes(`removed network ${bench.network.name}`));
    const { stdout } = await execa('iptables', ['-S']);
    assert.ok(!stdout.includes(bench.instance));
    // Another instance's stay.
    assert.ok(stdout.includes('DEIS-00000000-OUT'));
    await removeBuildFirewall('00000000');
    assert.ok(!(await execa('iptables', ['-S'])).stdout.includes('DEIS-00000000'));
  });

  it('knows a registry on this host by its address and port', async () => {
    assert.deepEqual(await registryOnHost(`http://${hostAddress}:4873/npm`), [
      { address: hostAddress, port: 4873 },
    ]);
    assert.deepEqual(await registryOnHost(`https://${hostAddress}`), [{ address: hostAddress, port: 443 }]);
    for (const elsewhere of [null, 'http://127.0.0.1:4873', 'http://198.51.100.7', 'http://no-such.invalid'])
      assert.deepEqual(await registryOnHost(elsewhere), []);
  });
});
