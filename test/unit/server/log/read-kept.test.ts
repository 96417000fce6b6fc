import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { appendEvent } from '../../../../server/log/append-event.js';
import { followKept } from '../../../../server/log/follow-kept.js';
import { readKept, type KeptQuery } from '../../../../server/log/read-kept.js';
import { waitUntil } from '../../../../base/wait-until.js';

const mib = 1024 ** 2;

describe('what is kept', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deis-kept-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const stored = (n: number, log = `line ${n}\n`, tag = 'deis/web.1/v3'): string => {
    const time = new Date(Date.UTC(2026, 0, 29, 10, 0, 0, n)).toISOString();
    return `node-1 abcdef123456 ${n} ${JSON.stringify({ log, stream: 'stdout', attrs: { tag }, time })}\n`;
  };
  const some = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, n) => stored(from + n)).join('');
  const texts = async (query: Partial<KeptQuery> = {}): Promise<string[]> =>
    (await readKept(folder, { lines: 1_000, ...query }, AbortSignal.timeout(20_000))).map(({ text }) => text);
  const at = (n: number): Date => new Date(Date.UTC(2026, 0, 29, 10, 0, 0, n));

  it('is nothing where nothing was kept', async () => {
    assert.deepEqual(await texts(), []);
    await rm(folder, { recursive: true });
    assert.deepEqual(await texts(), []);
  });

  it('is read from the newest file back to the one that has enough', async () => {
    await writeFile(join(folder, '1000-2000.log.gz'), gzipSync(some(0, 10)));
    await writeFile(join(folder, '2000-3000.log'), some(10, 20));
    await writeFile(join(folder, 'current.log'), some(20, 25));
    const all = Array.from({ length: 25 }, (_, n) => `line ${n}`);
    assert.deepEqual(await texts(), all);
    assert.deepEqual(await texts({ lines: 12 }), all.slice(-12));
    assert.deepEqual(await texts({ lines: 0 }), []);
  });

  it('has each line once while a file is packed', async () => {
    await writeFile(join(folder, '1000-2000.log.gz'), gzipSync(some(0, 10)));
    await writeFile(join(folder, '1000-2000.log'), some(0, 10));
    assert.deepEqual(
      await texts(),
      Array.from({ length: 10 }, (_, n) => `line ${n}`),
    );
  });

  it('is chosen by process, time, text and source', async () => {
    await writeFile(
      join(folder, 'current.log'),
      some(0, 5) + stored(5, 'of another\n', 'deis/web.11/v3') + stored(6, 'begins\n', 'platform/deploy'),
    );
    assert.deepEqual(await texts({ ps: 'web.1', since: at(1), until: at(3) }), [
      'line 1',
      'line 2',
      'line 3',
    ]);
    assert.deepEqual(
      await texts({ ps: 'web' }),
      [0, 1, 2, 3, 4].map((n) => `line ${n}`).concat('of another'),
    );
    assert.deepEqual(await texts({ grep: 'line 4' }), ['line 4']);
    assert.deepEqual(await texts({ source: 'deis' }), ['begins']);
  });

  it('has for a text the lines that contain it, which come in parts, twice, or with what JSON escapes', async () => {
    const words = ['ab', ' cd', '"e"', '<f>', '\\n', 'ü', 'g\t', '&h', 'ij', '\u0001', '--k', '\\'];
    const pick = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 });
    // As Docker writes it.
    const asDocker = (line: string): string =>
      line.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
    const someParts = fc.array(fc.tuple(pick, fc.constantFrom('', '\n', '\n', '\n')), {
      minLength: 1,
      maxLength: 40,
    });
    const check = async (
      parts: readonly (readonly [string[], string])[],
      [from, length]: [number, number],
    ) => {
      const lines = parts.map(([text, end], n) => asDocker(stored(n, `${text.join('')}${end}`)));
      await writeFile(join(folder, '1000-2000.log.gz'), gzipSync([...lines, lines[0]].join('')));
      await writeFile(join(folder, 'current.log'), lines.slice(0, 3).join(''));
      const all = await texts();
      const grep = all.join('').slice(from, from + length);
      assert.deepEqual(
        await texts({ grep }),
        all.filter((text) => text.includes(grep)),
      );
    };
    const where = fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 8 }));
    await fc.assert(fc.asyncProperty(someParts, where, check), { numRuns: 100 });
  });

  it('is given up to a bound, the newest of it', async () => {
    for (let n = 200; n < 400; n += 1)
      await appendFile(join(folder, 'current.log'), stored(n, `${String(n).padEnd(mib / 2, 'y')}\n`));
    const found = await texts();
    const length = found.reduce((sum, text) => sum + text.length, 0);
    assert.ok(length <= 64 * mib && length > 60 * mib, String(length));
    assert.ok(found.at(-1)?.startsWith('399y'));
  });

  it('is followed across files, with events of the platform', async () => {
    await writeFile(join(folder, 'current.log'), some(0, 5));
    const seen: string[] = [];
    const stop = new AbortController();
    let begun = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const following = followKept(folder, ({ text }) => seen.push(text), {
      onBegin: begun,
      signal: stop.signal,
      deadlineMs: 20_000,
    }).catch(() => undefined);
    await hasBegun;
    await appendFile(join(folder, 'current.log'), some(5, 7));
    await rename(join(folder, 'current.log'), join(folder, '1000-2000.log'));
    await appendFile(join(folder, '1000-2000.log'), some(7, 8));
    await appendEvent(folder, { process: 'deploy', text: 'deploy\nbegins', at: at(9) });
    await waitUntil(() => Promise.resolve(seen.length === 4 ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 20,
      what: 'four lines',
    });
    stop.abort();
    await following;
    assert.deepEqual(seen, ['line 5', 'line 6', 'line 7', 'deploy begins']);
  });
});
