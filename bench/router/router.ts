import { NodeUnderConverge } from '../../test/support/nodes/node-under-converge.js';
import { newInstance, startNode, type StartedNode } from '../../test/support/nodes/docker-node.js';
import { sweep } from '../../test/support/nodes/docker-machine.js';
import { sampleDatabag } from '../../test/support/nodes/sample-databag.js';
import { renderNodeFile } from '../../templates/render.js';
import { median, type Benchmark, type Figure } from '../benchmark.js';
import { runWrk, type WrkResult } from './wrk.js';

const ports = [5001, 5002];
const plainPort = 8080;

/**
 * `[SECONDS] [ROUNDS] [CONNECTIONS]`, each round so long. A proxy as it is converged, and on the same node a plain
 * nginx with the same containers, log and kept connections; the two take turns, so that both see the same machine.
 * wrk runs on this machine (Debian's package wrk). What stands for containers is an nginx with a constant answer.
 */
export const benchmark: Benchmark = {
  about: "what a proxy's requests cost beside those of a plain nginx with the same upstreams, by wrk",
  measure: async ({ args, talk }) => {
    const [seconds = 10, rounds = 3, connections = 64] = args.map(Number);
    const instance = newInstance();
    const proxy = await NodeUnderConverge.start('proxy', instance);
    try {
      const upstream = await startNode({ kind: 'proxy', num: 2, instance });
      await startNginx(upstream, constantAnswer);
      await startNginx(proxy.node, plainProxy(upstream.address));
      await converge(proxy, upstream.address);
      const plain: WrkResult[] = [];
      const ours: WrkResult[] = [];
      const at = (port: number): string => `http://${proxy.node.address}:${port}/`;
      for (const port of [plainPort, 80]) await runWrk(at(port), connections, 1);
      for (let round = 1; round <= rounds; round += 1) {
        talk(`round ${round} of ${rounds}, ${seconds} s each`);
        plain.push(await runWrk(at(plainPort), connections, seconds));
        ours.push(await runWrk(at(80), connections, seconds));
      }
      return figuresOf(plain, ours, connections);
    } finally {
      await proxy.close();
      await sweep(instance);
    }
  },
};

function figuresOf(plain: readonly WrkResult[], ours: readonly WrkResult[], connections: number): Figure[] {
  const rate = (results: readonly WrkResult[]): number =>
    median(results.map(({ requestsPerSecond }) => requestsPerSecond));
  const p99 = (results: readonly WrkResult[]): number => median(results.map((result) => result.p99));
  const note = `${connections} connections`;
  return [
    { name: 'plain nginx, requests', value: rate(plain), unit: '/s', note },
    { name: 'proxy, requests', value: rate(ours), unit: '/s', note },
    {
      name: 'proxy over plain nginx, requests',
      value: rate(ours) / rate(plain),
      unit: 'x',
      target: { atLeast: 0.95 },
    },
    { name: 'plain nginx, p99', value: p99(plain), unit: 'ms' },
    { name: 'proxy, p99', value: p99(ours), unit: 'ms' },
    {
      name: 'proxy over plain nginx, p99',
      value: p99(ours) / p99(plain),
      unit: 'x',
      target: { atMost: 1 / 0.95 },
    },
  ];
}

async function converge(proxy: NodeUnderConverge, upstream: string): Promise<void> {
  const report = await proxy.converge(
    sampleDatabag({
      proxy: {
        algorithm: 'round_robin',
        port: 80,
        backends: ports.map((port) => `${upstream}:${port}`),
        maintenance: false,
        domains: [],
        certs: [],
      },
      nodes: { proxy: { [proxy.node.name]: proxy.node.address } },
      proxies: [proxy.node.name],
    }),
  );
  if (report.outcome !== 'ok') throw new Error(report.error);
}

/** One more nginx beside the node's own, with processes and a configuration of its own. */
async function startNginx(node: StartedNode, http: string): Promise<void> {
  const text = [
    'user www-data;',
    'worker_processes auto;',
    'worker_rlimit_nofile 16384;',
    'pid /run/bench-nginx.pid;',
    'error_log /var/log/nginx/bench-error.log;',
    'events { worker_connections 8192; }',
    `http {\nkeepalive_requests 1000000;\n${http}}\n`,
  ].join('\n');
  await node.sh(`cat >/etc/bench-nginx.conf <<'END'\n${text}END\nnginx -c /etc/bench-nginx.conf`);
}

const constantAnswer =
  'access_log off;\n' +
  `server {\n${ports.map((port) => `listen ${port};\n`).join('')}` +
  `location / { default_type text/plain; return 200 "${'x'.repeat(200)}"; }\n}\n`;

/** The proxy's own line, so that both write the same, but with the name that nginx itself gives to a request. */
function logFormat(): string {
  const format = /log_format deis .*;/.exec(renderNodeFile('nginx.conf.njk', { shutdown: '25m' }))?.[0];
  if (format === undefined) throw new Error('nginx.conf has no log format of the name deis');
  return format.replace('$deis_request_id', '$request_id');
}

/** As an operator would write it by hand: a log, kept connections, and the headers that apps behind a proxy read. */
function plainProxy(upstream: string): string {
  return `${logFormat()}
access_log /var/log/nginx/bench.log deis buffer=32k flush=1s;
upstream app {
${ports.map((port) => `server ${upstream}:${port};\n`).join('')}keepalive 256;
keepalive_requests 1000000;
}
server {
listen ${plainPort};
location / {
proxy_pass http://app;
proxy_http_version 1.1;
proxy_buffering off;
proxy_set_header Connection "";
proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Request-Id $request_id;
}
}
`;
}
