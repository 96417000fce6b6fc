import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Secret } from '../../base/secret.js';
import { waitUntil } from '../../base/wait-until.js';
import { freePort } from '../../server/free-port.js';
import { DownloadSigner } from '../../server/slug/download-signer.js';
import { median, type Benchmark, type Figure } from '../benchmark.js';

const rounds = 5;
const small = { megabytes: 5, clients: 1 };
const sampleMs = 20;

/**
 * `[MEGABYTES] [CLIENTS]`. One slug to many curls at once, by the slug server and by Debian's nginx with sendfile, in
 * turns, each a process of its own on loopback. Memory is that of the slug server's process.
 */
export const benchmark: Benchmark = {
  about: 'a slug of 50 MB to 16 clients, by the slug server and by nginx: rate and memory',
  measure: async ({ args, talk }) => {
    const [megabytes = 50, clients = 16] = args.map(Number);
    const folder = mkdtempSync(join(tmpdir(), 'deis-bench-slugs-'));
    chmodSync(folder, 0o755);
    const started: ChildProcess[] = [];
    try {
      const slugs = await startSlugServer(folder, started);
      const nginx = await startNginx(folder, started);
      const large = writeSlug(folder, 'a', megabytes);
      const urls = { ours: slugs.sign(large), nginx: `${nginx}/${large}` };
      const idle = await slugs.watch(() => fetchAll(slugs.sign(writeSlug(folder, 'b', small.megabytes)), 1));
      await fetchAll(urls.nginx, clients);
      const rates: Record<'ours' | 'nginx', number[]> = { ours: [], nginx: [] };
      let most = 0;
      for (let round = 1; round <= rounds; round += 1) {
        talk(`round ${round} of ${rounds}`);
        rates.nginx.push((megabytes * clients) / (await fetchAll(urls.nginx, clients)));
        most = Math.max(
          most,
          await slugs.watch(async () => {
            rates.ours.push((megabytes * clients) / (await fetchAll(urls.ours, clients)));
          }),
        );
      }
      return figures({
        ours: median(rates.ours),
        nginx: median(rates.nginx),
        idle,
        most,
        megabytes,
        clients,
      });
    } finally {
      // nginx ends its worker, which has our output open, when it may end by itself.
      for (const child of started) child.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function figures(measured: {
  readonly ours: number;
  readonly nginx: number;
  readonly idle: number;
  readonly most: number;
  readonly megabytes: number;
  readonly clients: number;
}): Figure[] {
  const { ours, nginx, idle, most, megabytes, clients } = measured;
  const what = `${megabytes} MB to ${clients} clients`;
  return [
    { name: `nginx with sendfile, ${what}`, value: nginx, unit: 'MB/s' },
    { name: `slug server, ${what}`, value: ours, unit: 'MB/s' },
    { name: 'slug server over nginx', value: ours / nginx, unit: 'x', target: { atLeast: 0.8 } },
    { name: `memory, ${small.megabytes} MB to one client`, value: idle, unit: 'MB' },
    { name: `memory, ${what}`, value: most, unit: 'MB' },
    {
      name: 'memory, many clients over one',
      value: most / idle,
      unit: 'x',
      target: { atMost: 1.5 },
      note: 'most of what was seen while they downloaded',
    },
  ];
}

/** @returns its path below the folder */
function writeSlug(folder: string, digit: string, megabytes: number): string {
  const path = join(digit.repeat(64), 'app.tgz');
  mkdirSync(join(folder, digit.repeat(64)), { recursive: true });
  writeFileSync(join(folder, path), randomBytes(megabytes * 1_000_000));
  return path;
}

/** Seconds until the last of the clients has all of it. @throws where one was refused */
async function fetchAll(url: string, clients: number): Promise<number> {
  const began = performance.now();
  const get = (): Promise<unknown> =>
    promisify(execFile)('curl', ['-sf', '--max-time', '120', '-o', '/dev/null', url]);
  await Promise.all(Array.from({ length: clients }, get));
  return (performance.now() - began) / 1000;
}

interface RunningSlugServer {
  readonly sign: (path: string) => string;
  /** Runs the work, and tells the most MB that the process had resident meanwhile. */
  readonly watch: (work: () => Promise<unknown>) => Promise<number>;
}

async function startSlugServer(folder: string, started: ChildProcess[]): Promise<RunningSlugServer> {
  const key = randomBytes(32).toString('hex');
  const program = join(import.meta.dirname, 'serve-slugs.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder], {
    env: { ...process.env, NODE_ENV: 'production', SLUG_KEY: key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const [port] = (await once(createInterface(child.stdout), 'line', {
    signal: AbortSignal.timeout(30_000),
  })) as [string];
  const signer = new DownloadSigner({
    key: new Secret(key),
    baseUrl: () => `http://127.0.0.1:${port}`,
    lifetimeSeconds: 600,
    now: () => new Date(),
  });
  const resident = (): number =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1000;
  return {
    sign: (path) => signer.url(path, []),
    watch: async (work) => {
      let most = resident();
      const sampling = setInterval(() => (most = Math.max(most, resident())), sampleMs);
      await work().finally(() => clearInterval(sampling));
      return Math.max(most, resident());
    },
  };
}

/** @returns its URL. @throws where it is not there */
async function startNginx(folder: string, started: ChildProcess[]): Promise<string> {
  const port = await freePort('127.0.0.1', 18_080);
  const file = join(folder, 'nginx.conf');
  const lines = [
    'daemon off; worker_processes 1; pid nginx.pid; error_log stderr error;',
    'events { worker_connections 1024; }',
    `http { access_log off; sendfile on; server { listen 127.0.0.1:${port}; root ${folder}; } }`,
  ];
  writeFileSync(file, lines.join('\n'));
  const child = spawn('nginx', ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const failed = once(child, 'error').then(([cause]) => {
    throw new Error('nginx is not there: apt-get install nginx', { cause });
  });
  started.push(child);
  const url = `http://127.0.0.1:${port}`;
  const answers = waitUntil(
    () =>
      fetch(url).then(
        () => true as const,
        () => undefined,
      ),
    { deadlineMs: 10_000, intervalMs: 50, what: 'nginx to answer' },
  );
  await Promise.race([answers, failed]);
  return url;
}
