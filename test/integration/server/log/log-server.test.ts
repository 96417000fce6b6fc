import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conflict } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { freePort } from '../../../../server/free-port.js';
import { keepWithin } from '../../../../server/log/keep-within.js';
import { formationsFolder, keptFolder, listSegments } from '../../../../server/log/kept-logs.js';
import type { KeptLine } from '../../../../server/log/kept-line-reader.js';
import { LogAuthority } from '../../../../server/log/log-authority.js';
import { LogServer } from '../../../../server/log/log-server.js';
import { readKept, type KeptQuery } from '../../../../server/log/read-kept.js';
import { loseNothing } from '../../../../soak/logs.js';
import { dockerLine, LogSender } from '../../../support/server/log-sender.js';

const one = 'aaaaaaaaaaaaaaaa';
const other = 'bbbbbbbbbbbbbbbb';

describe('the log server', function () {
  this.timeout(90_000);
  let folder: string;
  let authority: LogAuthority;
  let port: number;
  let server: LogServer;
  const senders: LogSender[] = [];

  const startServer = (own = folder): Promise<LogServer> =>
    LogServer.start(authority, {
      folder: own,
      bind: '127.0.0.1',
      port: () => Promise.resolve(port),
      now: () => new Date(),
      log: { info: () => undefined, warn: () => undefined },
    });
  const send = async (formation: number, by = authority): Promise<LogSender> => {
    const sender = await LogSender.start({ authority: by, port, key: authority.formationKey(formation) });
    senders.push(sender);
    return sender;
  };
  const folderOf = (formation: number): string => keptFolder(folder, authority.formationKey(formation));
  const kept = (formation: number, query: Partial<KeptQuery> = {}): Promise<KeptLine[]> =>
    readKept(folderOf(formation), { lines: 100_000, ...query }, new AbortController().signal);
  const keptTexts = async (formation: number, count: number): Promise<string[]> =>
    waitUntil(
      async () => {
        const texts = (await kept(formation)).map(({ text }) => text);
        return texts.length >= count ? texts : undefined;
      },
      { deadlineMs: 40_000, intervalMs: 50, what: `${count} lines` },
    );
  const numbers = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, n) => from + n);
  const texts = (from: number, to: number): string[] => numbers(from, to).map((n) => `line ${n}`);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deis-log-server-'));
    authority = await LogAuthority.of(new Secret('11'.repeat(32)));
    port = await freePort('127.0.0.1', 0);
    server = await startServer();
  });

  afterEach(async () => {
    for (const sender of senders.splice(0)) await sender.close();
  });

  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps what a line is: when, on which node, by which process of which release, to which stream', async () => {
    const sender = await send(1);
    await sender.write(one, {
      log: 'so ü \u0000\u001b[1m\n',
      stream: 'stderr',
      time: '2026-11-29T10:00:00.5Z',
    });
    await keptTexts(1, 1);
    assert.deepEqual(await kept(1), [
      {
        at: '2026-11-29T10:00:00.500000000Z',
        source: 'app',
        process: 'web.1',
        stream: 'stderr',
        release: 'v3',
        node: 'app-runtime-1',
        text: 'so ü \u0000\u001b[1m',
      },
    ]);
  });

  it('joins long lines that come in parts, and keeps the order of each container', async () => {
    const sender = await send(2);
    const part = 'x'.repeat(16_384);
    const long = [part, part, part, part.slice(0, 16_383)].map((log) => dockerLine(1, log));
    await Promise.all([
      sender.write(one, ...long, dockerLine(1, '\n'), dockerLine(2)),
      sender.write(other, ...numbers(10, 500).map((n) => dockerLine(n))),
    ]);
    const all = await keptTexts(2, 492);
    assert.equal(all.filter((text) => text === 'x'.repeat(65_535)).length, 1);
    assert.deepEqual(
      all.filter((text) => text.startsWith('line')).sort((a, b) => Number(a.slice(5)) - Number(b.slice(5))),
      ['line 2', ...texts(10, 500)],
    );
    const ofOther = all.filter((text) => /^line \d{2,}/.test(text));
    assert.deepEqual(ofOther, texts(10, 500));
  });

  it('has the lines of a container that is gone', async () => {
    const sender = await send(3);
    await sender.write(one, dockerLine(1));
    await keptTexts(3, 1);
    await sender.write(one, dockerLine(2));
    await sender.remove(one);
    assert.deepEqual(await keptTexts(3, 2), ['line 1', 'line 2']);
  });

  it('loses no line and doubles none while it is away, also when it was killed', async () => {
    const sender = await send(4);
    await sender.write(one, ...numbers(0, 100).map((n) => dockerLine(n)));
    await keptTexts(4, 100);
    await server.stop();
    await sender.write(one, ...numbers(100, 2_000).map((n) => dockerLine(n)));
    server = await startServer();
    assert.deepEqual(await keptTexts(4, 2_000), texts(0, 2_000));
    await sender.write(one, ...numbers(2_000, 2_010).map((n) => dockerLine(n)));
    assert.deepEqual(await keptTexts(4, 2_010), texts(0, 2_010));
  });

  it('loses no line where Docker begins new files meanwhile; for ten minutes: `npm run soak -- logs`', async () => {
    const seconds = { awaySeconds: 3, aroundSeconds: 1 };
    await loseNothing({ ...seconds, perSecond: 2000, fileBytes: 100_000, talk: () => undefined });
  });

  it('keeps the lines of each guest of a node under its own key, whatever another writes', async () => {
    const guests = { shop: authority.formationKey(12), blog: authority.formationKey(13) };
    const sender = await LogSender.start({ authority, port, key: authority.formationKey(11), guests });
    senders.push(sender);
    const posing = '"attrs":{"deis.formation":"shop","tag":"deis/web.1/v3"}';
    await sender.write(one, dockerLine(1), dockerLine(2, `${posing}\n`));
    // Nobody has told this node of it: its lines are nobody's.
    await sender.write('e'.repeat(16), { ...dockerLine(3), formation: 'mail' });
    await sender.write(other, { ...dockerLine(4), formation: 'shop' });
    await sender.write(
      'c'.repeat(16),
      { ...dockerLine(5), formation: 'blog' },
      { ...dockerLine(6, `${posing}\n`), formation: 'blog' },
    );
    await sender.write(one, dockerLine(7));
    assert.deepEqual(await keptTexts(12, 1), ['line 4']);
    assert.deepEqual(await keptTexts(13, 2), ['line 5', posing]);
    assert.deepEqual(await keptTexts(11, 3), ['line 1', posing, 'line 7']);
    assert.deepEqual(
      (await kept(12)).map(({ node, process, release }) => [node, process, release]),
      [['app-runtime-1', 'web.1', 'v3']],
    );
  });

  it('takes nothing from a node that another authority certified', async () => {
    const stranger = await LogAuthority.of(new Secret('22'.repeat(32)));
    const [wrong, right] = [await send(5, stranger), await send(6)];
    await wrong.write(one, dockerLine(1));
    await right.write(one, dockerLine(2));
    await keptTexts(6, 1);
    assert.deepEqual(await kept(5), []);
  });

  it('is alone on its folder', async () => {
    await assert.rejects(startServer(), Conflict);
  });

  it('starts again when it ends by itself', async () => {
    const sender = await send(7);
    await sender.write(one, dockerLine(1));
    await keptTexts(7, 1);
    server.kill();
    await sender.write(one, dockerLine(2));
    assert.deepEqual(await keptTexts(7, 2), ['line 1', 'line 2']);
  });

  it('goes on in a new file, compresses full ones, and keeps to its bounds', async () => {
    const sender = await send(8);
    const retention = { maxBytes: 20_000, maxDays: 7 };
    const sweep = async (now = new Date()): Promise<void> =>
      keepWithin(folder, retention, {
        known: () => Promise.resolve(new Set([authority.formationKey(8)])),
        now,
        reopen: () => server.reopen(),
        signal: new AbortController().signal,
      });
    await sender.write(one, ...numbers(0, 100).map((n) => dockerLine(n)));
    await keptTexts(8, 100);
    await sweep();
    await sender.write(one, ...numbers(100, 200).map((n) => dockerLine(n)));
    assert.deepEqual(await keptTexts(8, 200), texts(0, 200));
    await sweep(new Date(Date.now() + 10_000));
    const [first] = await listSegments(folderOf(8));
    assert.match(first?.name ?? '', /^\d+-\d+\.log\.gz$/);
    assert.deepEqual(
      (await kept(8)).map(({ text }) => text),
      texts(0, 200),
    );
    assert.deepEqual(
      (await kept(8, { lines: 3 })).map(({ text }) => text),
      texts(197, 200),
    );
    await sweep(new Date(Date.now() + 8 * 86_400_000));
    assert.deepEqual(await kept(8), []);
    assert.deepEqual(await readdir(formationsFolder(folder)), [authority.formationKey(8)]);
  });
});
