import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeptSource } from '../../../../server/drains/kept-source.js';
import { storedLine, texts } from '../../../support/drains/drain-bench.js';

const old = '1000-2000.log';
const middle = '2000-3000.log';
/** More than is read ahead. */
const many = 20_000;

describe('kept lines that are removed while they are read', () => {
  let folder: string;
  let source: KeptSource;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deis-kept-source-'));
    await put(old, 0, many);
    await put(middle, many, many + 10);
    await put('current.log', many + 10, many + 20);
    const since = new Date(0);
    source = new KeptSource({ folder, position: undefined, since, now: () => new Date() });
  });
  afterEach(async () => {
    await source.close();
    await rm(folder, { recursive: true });
  });

  const put = async (name: string, from: number, to: number): Promise<void> => {
    const lines = Array.from({ length: to - from }, (_, n) => storedLine(from + n));
    await writeFile(join(folder, name), lines.join(''));
  };
  const next = async (): Promise<string[]> =>
    (await source.next(1_000, AbortSignal.timeout(10_000))).map(({ text }) => text);
  /** All lines, and whether it was told that some are missing. */
  const readAll = async (): Promise<{ all: string[]; isGap: boolean }> => {
    const all: string[] = [];
    let isGap = false;
    for (let lines = await next(); lines.length > 0; lines = await next()) {
      isGap ||= source.position?.skippedMore === true;
      source.taken(lines.length);
      all.push(...lines);
    }
    return { all, isGap };
  };

  it('are read to their end, and nothing is said where nothing is missing', async () => {
    await next();
    await rm(join(folder, old));
    assert.deepEqual(await readAll(), { all: texts(0, many + 20), isGap: false });
  });

  it('are told to be missing where a whole file was not read', async () => {
    await next();
    await rm(join(folder, old));
    await rm(join(folder, middle));
    const all = [...texts(0, many), ...texts(many + 10, many + 20)];
    assert.deepEqual(await readAll(), { all, isGap: true });
  });

  it('are told to be missing where nothing is left', async () => {
    await next();
    await rm(folder, { recursive: true });
    assert.deepEqual((await readAll()).all, texts(0, many));
    assert.equal(source.position?.skippedMore, true);
    await mkdir(folder);
  });

  it('are not missing where the last file goes, all taken, while it is looked at again', async () => {
    await rm(join(folder, old));
    await rm(join(folder, 'current.log'));
    await readAll();
    assert.deepEqual([source.position?.isWhole, source.position?.skippedMore], [true, false]);
    // Lets it look again: what grows is not as it was.
    await writeFile(join(folder, 'current.log'), '');
    let looks = 0;
    const signal = AbortSignal.timeout(10_000);
    signal.throwIfAborted = () => {
      looks += 1;
      if (looks === 2) rmSync(join(folder, middle));
    };
    assert.deepEqual(await source.next(1_000, signal), []);
    assert.ok(looks >= 2 && !existsSync(join(folder, middle)), `${looks} looks`);
    assert.equal(source.position?.skippedMore, false);
  });

  it('come no more once it is closed', async () => {
    await next();
    await source.close();
    const lines = await readAll();
    assert.ok(lines.all.length < many, String(lines.all.length));
  });
});
