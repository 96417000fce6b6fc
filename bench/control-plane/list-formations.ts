import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { EmbeddedPostgres } from '../../server/store/postgres/embedded-postgres.js';
import { median, type Figure } from '../benchmark.js';
import { fillFormations } from './fill-formations.js';
import { register, startController } from './api-controller.js';
import { burst, percentile, type Burst } from './http-load.js';
import { ServedProcess } from './served-process.js';

const rounds = 5;
const clientCounts = [1, 32, 128];
/** The caller's formations at 1x, and what a page shows of them at any size. */
const pageSize = 20;
/** As many connections as the controller has. */
const poolSize = 20;

interface Servers {
  readonly token: string;
  readonly deis: string;
  readonly bare: string;
}

/**
 * The controller's list of formations beside the bare handler's, in turns, at a hundredth, a tenth and the
 * whole of the data. Both on one PostgreSQL of their own.
 * @param seconds of one burst
 */
export async function measureListing(seconds: number, talk: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'deis-bench-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const home = join(folder, 'postgres');
    closing.unshift(() => EmbeddedPostgres.remove(home));
    const { url } = await EmbeddedPostgres.start({ home, maxConnections: 60 });
    const controller = await startController(folder, url);
    closing.unshift(() => controller.stop());
    const bare = await startBare(folder, url);
    closing.unshift(() => bare.stop());
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    closing.unshift(() => client.end());
    const servers = { token: await register(controller.url), deis: controller.url, bare: bare.url };
    const figures: Figure[] = [];
    for (const size of [1, 10, 100]) {
      await fillFormations(client, { caller: 'ada', own: pageSize * size, foreign: 4 * pageSize * size });
      figures.push(...(await measureSize(servers, size, seconds, talk)));
    }
    return [...figures, ...growth(figures)];
  } finally {
    for (const close of closing) await close();
  }
}

async function measureSize(
  servers: Servers,
  size: number,
  seconds: number,
  talk: (line: string) => void,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const clients of clientCounts) {
    const [deis, bare]: [Burst[], Burst[]] = [[], []];
    for (let round = 0; round <= rounds; round += 1) {
      for (const [url, bursts] of [
        [servers.deis, deis],
        [servers.bare, bare],
      ] as const) {
        const took = await burst(`${url}/api/formations?limit=${pageSize}`, servers.token, clients, seconds);
        // The first of each warms up.
        if (round > 0) bursts.push(took);
      }
    }
    const made = figuresOf(`GET formations, ${clients} clients, ${size}x data`, deis, bare);
    talk(
      made
        .map(({ name, value }) => `${name.split(': ')[1]} ${value.toFixed(2)}`)
        .join(', ')
        .replace(/^/, `${size}x, ${clients} clients: `),
    );
    figures.push(...made);
  }
  return figures;
}

function figuresOf(name: string, deis: readonly Burst[], bare: readonly Burst[]): Figure[] {
  const of = (bursts: readonly Burst[]) => {
    const times = bursts.flatMap((each) => each.times);
    return {
      perSecond: median(bursts.map(({ perSecond }) => perSecond)),
      p50: percentile(times, 50),
      p99: percentile(times, 99),
    };
  };
  const [ours, floor] = [of(deis), of(bare)];
  return [
    {
      name: `${name}: requests/s`,
      value: ours.perSecond,
      unit: '/s',
      note: `bare Express + pg: ${Math.round(floor.perSecond)}`,
    },
    { name: `${name}: p50`, value: ours.p50, unit: 'ms', note: `bare: ${floor.p50.toFixed(2)}` },
    { name: `${name}: p99`, value: ours.p99, unit: 'ms', note: `bare: ${floor.p99.toFixed(2)}` },
    {
      name: `${name}: throughput beside bare`,
      value: median(deis.map(({ perSecond }, round) => perSecond / bare[round]!.perSecond)),
      unit: 'x',
      target: { atLeast: 0.6 },
      note: `median of ${rounds} turns`,
    },
  ];
}

/** What a hundred times the data costs. */
function growth(figures: readonly Figure[]): Figure[] {
  return clientCounts.map((clients) => {
    const at = (size: number): number =>
      figures.find(({ name }) => name === `GET formations, ${clients} clients, ${size}x data: requests/s`)!
        .value;
    return {
      name: `GET formations, ${clients} clients: throughput at 100x beside 1x data`,
      value: at(100) / at(1),
      unit: 'x',
      note: `${pageSize} formations a page, of ${pageSize} and of ${pageSize * 100}`,
    };
  });
}

async function startBare(folder: string, databaseUrl: string): Promise<ServedProcess> {
  const port = await freePort();
  return ServedProcess.start({
    name: 'bare',
    folder,
    args: [fileURLToPath(new URL('bare-server.mjs', import.meta.url))],
    env: { DATABASE_URL: databaseUrl, PORT: String(port), POOL: String(poolSize) },
    findUrl: async () => `http://127.0.0.1:${port}`,
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
