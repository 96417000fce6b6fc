import { appendFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Secret } from '../../base/secret.js';
import { waitUntil } from '../../base/wait-until.js';
import { freePort } from '../../server/free-port.js';
import { keptFolder } from '../../server/log/kept-logs.js';
import { LogAuthority } from '../../server/log/log-authority.js';
import { LogServer } from '../../server/log/log-server.js';
import { readKept } from '../../server/log/read-kept.js';
import { LogSender } from '../../test/support/server/log-sender.js';
import type { Benchmark, Figure } from '../benchmark.js';
import { computedBy } from './computing.js';
import { PeerLogs } from './peer-logs.js';

const container = 'abcdef0123456789';
const batch = 20_000;
const segmentBytes = 64 * 1024 * 1024;
const deadlineMs = 300_000;

/**
 * `[LINES] [MEGABYTES]`. Lines from a container's file on a node to the log server's, and the same lines by two
 * rsyslogd with rsyslog's own form and no TLS; then searches through so many megabytes of one formation.
 */
export const benchmark: Benchmark = {
  about: 'log lines from a node to the log server beside rsyslog alone, and a search through 1 GB of them',
  measure: async ({ args, talk }) => {
    const [lines = 200_000, megabytes = 1000] = args.map(Number);
    const folder = await mkdtemp(join(tmpdir(), 'deis-bench-logs-'));
    try {
      const peer = await measurePeer(join(folder, 'peer'), lines);
      talk(`rsyslog alone: ${Math.round(peer.rate)} lines/s`);
      const own = await measureOwn(join(folder, 'own'), lines);
      talk(`the log server: ${Math.round(own.rate)} lines/s`);
      return [...passing(own, peer), ...(await search(join(folder, 'kept'), megabytes, talk))];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Passed {
  /** Lines a second. */
  readonly rate: number;
  /** Milliseconds on a processor for 1,000 lines, at both ends. */
  readonly computed: number;
}

function passing(own: Passed, peer: Passed): Figure[] {
  const what = 'ms of a core for 1,000 lines';
  return [
    { name: 'lines, rsyslog alone', value: peer.rate, unit: '/s' },
    {
      name: 'lines, from a container to the log server',
      value: own.rate,
      unit: '/s',
      note: 'TLS, kept by formation',
    },
    { name: `rsyslog alone, ${what}`, value: peer.computed, unit: 'ms' },
    { name: `log server and node, ${what}`, value: own.computed, unit: 'ms' },
    {
      name: 'computing, over rsyslog alone',
      value: own.computed / peer.computed,
      unit: 'x',
      target: { atMost: 1.2 },
    },
  ];
}

async function measureOwn(folder: string, lines: number): Promise<Passed> {
  await mkdir(folder, { recursive: true });
  const authority = await LogAuthority.of(new Secret('11'.repeat(32)));
  const port = await freePort('127.0.0.1', 0);
  const server = await LogServer.start(authority, {
    folder,
    bind: '127.0.0.1',
    port: () => Promise.resolve(port),
    now: () => new Date(),
    log: { info: () => undefined, warn: () => undefined },
  });
  try {
    const key = authority.formationKey(1);
    const sender = await LogSender.start({ authority, port, key });
    const kept = join(keptFolder(folder, key), 'current.log');
    try {
      return await measure(
        lines,
        (from, to) =>
          sender.write(container, ...numbers(from, to).map((n) => ({ log: lineOf(n), time: timeOf(n) }))),
        () => bytesOf(kept),
        () => computedBy(folder) + computedBy(sender.folder),
      );
    } finally {
      await sender.close();
    }
  } finally {
    await server.stop();
  }
}

async function measurePeer(folder: string, lines: number): Promise<Passed> {
  const peer = await PeerLogs.start(folder, await freePort('127.0.0.1', 0));
  try {
    return await measure(
      lines,
      (from, to) => appendFile(peer.input, numbers(from, to).map(asStored).join('')),
      () => bytesOf(peer.kept),
      () => computedBy(folder),
    );
  } finally {
    await peer.close();
  }
}

/** Writes a first batch and learns how large it arrives, then times the others. Lines are of one length. */
async function measure(
  lines: number,
  write: (from: number, to: number) => Promise<unknown>,
  arrived: () => Promise<number>,
  computed: () => number,
): Promise<Passed> {
  const arrives = (bytes: number): Promise<unknown> =>
    waitUntil(async () => ((await arrived()) >= bytes ? true : undefined), {
      deadlineMs,
      intervalMs: 20,
      what: `${bytes} bytes of lines`,
    });
  await write(0, batch);
  // Each line has its number in as many digits: a batch is as large as the first, but for offsets.
  await arrives(batch * lineOf(0).length);
  const first = await settled(arrived);
  const [began, before] = [performance.now(), computed()];
  for (let from = batch; from < lines + batch; from += batch) await write(from, from + batch);
  await arrives((first / batch) * (lines + batch));
  const seconds = (performance.now() - began) / 1000;
  return { rate: lines / seconds, computed: ((computed() - before) * 1000) / (lines / 1000) };
}

/** A size that has not changed for half a second. */
async function settled(size: () => Promise<number>): Promise<number> {
  let [last, since] = [await size(), performance.now()];
  await waitUntil(
    async () => {
      const now = await size();
      if (now !== last) [last, since] = [now, performance.now()];
      return performance.now() - since > 500 ? true : undefined;
    },
    { deadlineMs, intervalMs: 20, what: 'the first lines' },
  );
  return last;
}

/** Segments as the log server keeps them, compressed, and none of them has the text but the oldest. */
async function search(folder: string, megabytes: number, talk: (line: string) => void): Promise<Figure[]> {
  await mkdir(folder, { recursive: true });
  const stored = (n: number): string => `app-runtime-1 ${container} ${n} ${asStored(n)}`;
  const perSegment = Math.ceil(segmentBytes / stored(0).length);
  const segments = Math.max(1, Math.round((megabytes * 1_000_000) / segmentBytes));
  for (let segment = 0; segment < segments; segment += 1) {
    const from = segment * perSegment;
    const text = numbers(from, from + perSegment)
      .map(stored)
      .join('');
    const name = `${1_700_000_000_000 + segment * 1000}-${1_700_000_000_999 + segment * 1000}.log.gz`;
    await writeFile(join(folder, name), await promisify(gzip)(text));
  }
  talk(`${segments} segments are written`);
  const timed = async (grep: string): Promise<number> => {
    const began = performance.now();
    const found = await readKept(folder, { lines: 1, grep }, AbortSignal.timeout(deadlineMs));
    if (found.length !== 1) throw new Error(`${grep} was found ${found.length} times`);
    return (performance.now() - began) / 1000;
  };
  const size = `${megabytes} MB of one formation`;
  return [
    {
      name: `search, newest line of ${size}`,
      value: await timed(`number ${digits(segments * perSegment - 1)} `),
      unit: 's',
    },
    {
      name: `search, oldest line of ${size}`,
      value: await timed(`number ${digits(1)} `),
      unit: 's',
      target: { atMost: 2 },
    },
  ];
}

const digits = (n: number): string => String(n).padStart(9, '0');
const lineOf = (n: number): string =>
  `10.0.0.1 - - "GET /items/${digits(n % 1000)}?page=2 HTTP/1.1" 200 number ${digits(n)} in 12 ms\n`;
const timeOf = (n: number): string => `2026-11-29T10:00:00.${digits(n)}Z`;
const asStored = (n: number): string =>
  `${JSON.stringify({ log: lineOf(n), stream: 'stdout', attrs: { tag: 'deis/web.1/v3' }, time: timeOf(n) })}\n`;
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
const bytesOf = async (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
