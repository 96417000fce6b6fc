import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Secret } from '../base/secret.js';
import { waitUntil } from '../base/wait-until.js';
import { freePort } from '../server/free-port.js';
import { keptFolder } from '../server/log/kept-logs.js';
import { LogAuthority } from '../server/log/log-authority.js';
import { LogServer } from '../server/log/log-server.js';
import { readKept } from '../server/log/read-kept.js';
import { dockerLine, LogSender } from '../test/support/server/log-sender.js';
import type { Soak } from './soak.js';

const container = 'abcdef0123456789';
const tickMs = 100;
/** When nothing more has come for so long, no more will: a sender pauses for five seconds at most. */
const stillMs = 6_000;

/** `[SECONDS] [LINES-PER-SECOND]` of an outage, default 600 and 1,000; Docker begins a new file every 10 MB. */
export const soak: Soak = {
  about: 'a log server that is away for 10 minutes, at 1,000 lines a second: none is lost, none comes twice',
  run: ({ args, talk }) =>
    loseNothing({
      awaySeconds: Number(args[0] ?? 600),
      aroundSeconds: 2,
      perSecond: Number(args[1] ?? 1000),
      fileBytes: 10_000_000,
      talk,
    }),
};

interface LogsRow {
  readonly awaySeconds: number;
  /** That the app writes before, and after. */
  readonly aroundSeconds: number;
  readonly perSecond: number;
  /** Where Docker begins a new file. */
  readonly fileBytes: number;
  readonly talk: (line: string) => void;
}

/** @throws AssertionError naming the first lines that are lost or doubled */
export async function loseNothing(row: LogsRow): Promise<void> {
  const { awaySeconds, aroundSeconds, perSecond, fileBytes, talk } = row;
  const folder = await mkdtemp(join(tmpdir(), 'deis-soak-logs-'));
  const authority = await LogAuthority.of(new Secret('11'.repeat(32)));
  const port = await freePort('127.0.0.1', 0);
  const key = authority.formationKey(1);
  const serve = (): Promise<LogServer> =>
    LogServer.start(authority, {
      folder,
      bind: '127.0.0.1',
      port: () => Promise.resolve(port),
      now: () => new Date(),
      log: { info: () => undefined, warn: () => undefined },
    });
  let server = await serve();
  const sender = await LogSender.start({ authority, port, key });
  const app = new SteadyApp(sender, perSecond, fileBytes);
  try {
    await app.write(aroundSeconds);
    await server.stop();
    talk(`the log server is away; ${app.written} lines are written`);
    await app.write(awaySeconds);
    server = await serve();
    talk(`it is back; ${app.written} lines in ${app.files} files are written`);
    await app.write(aroundSeconds);
    await allKept(keptFolder(folder, key), app.written, talk);
  } finally {
    await sender.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** An app that writes so many lines in each second, and Docker, which begins a new file when one is full. */
class SteadyApp {
  written = 0;
  files = 1;

  constructor(
    private readonly sender: LogSender,
    private readonly perSecond: number,
    private readonly fileBytes: number,
  ) {}

  async write(seconds: number): Promise<void> {
    const began = performance.now();
    for (let tick = 1; tick <= (seconds * 1000) / tickMs; tick += 1) {
      const upTo = this.written + Math.round((this.perSecond * tickMs) / 1000);
      const lines = [];
      while (this.written < upTo) lines.push(dockerLine((this.written += 1)));
      const size = await this.sender.write(container, ...lines);
      if (size > this.fileBytes) {
        await this.sender.rotate(container);
        this.files += 1;
      }
      await after(Math.max(0, tick * tickMs - (performance.now() - began)));
    }
  }
}

async function allKept(folder: string, count: number, talk: (line: string) => void): Promise<void> {
  const numbers = async (): Promise<number[]> =>
    (await readKept(folder, { lines: count * 2 }, AbortSignal.timeout(120_000))).map(({ text }) =>
      Number(text.replace('line ', '')),
    );
  let [seen, grewAt] = [-1, performance.now()];
  // While more arrive there is no end to wait for.
  const kept = await waitUntil(
    async () => {
      const now = await numbers();
      if (now.length !== seen) [seen, grewAt] = [now.length, performance.now()];
      return now.length >= count || performance.now() - grewAt >= stillMs ? now : undefined;
    },
    { deadlineMs: 600_000, intervalMs: 500, what: `${count} lines` },
  );
  const lost = Array.from({ length: count }, (_, n) => n + 1).filter(withoutThose(kept));
  talk(`${kept.length} of ${count} lines are kept`);
  assert.deepEqual([lost.length, lost.slice(0, 5), kept.length], [0, [], count]);
  assert.ok(
    kept.every((number, index) => number === index + 1),
    'the order is another',
  );
}

function withoutThose(kept: readonly number[]): (number: number) => boolean {
  const known = new Set(kept);
  return (number) => !known.has(number);
}
