import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendEvent } from '../../../../server/log/append-event.js';
import { KeptCursor, maxReadOn, type KeptPosition } from '../../../../server/log/kept-cursor.js';

const { signal } = new AbortController();
const at = new Date('2026-11-29T12:00:00Z');

describe('reading kept lines on', () => {
  let folder: string;
  let lines: string[];
  let cursor: KeptCursor;
  let position: KeptPosition | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deis-cursor-'));
    [lines, position] = [[], undefined];
    cursor = opened();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const opened = (): KeptCursor => new KeptCursor(folder, ({ text }) => lines.push(text));
  const write = (text: string): Promise<void> => appendEvent(folder, { process: 'web.1', text, at });
  const current = (): string => join(folder, 'current.log');
  /** What is new, and how many bytes were skipped. */
  const look = async (): Promise<readonly [string[], number]> => {
    const { skipped, ...reached } = await cursor.readOn(position, signal);
    position = reached;
    return [lines.splice(0), skipped];
  };

  it('gives what comes after the first look, once', async () => {
    await write('before');
    assert.deepEqual(await look(), [[], 0]);
    await write('one');
    await write('two');
    assert.deepEqual(await look(), [['one', 'two'], 0]);
    assert.deepEqual(await look(), [[], 0]);
  });

  it('gives the first line of a formation that had none, and waits for the end of a line', async () => {
    assert.deepEqual(await look(), [[], 0]);
    await write('one');
    await appendFile(current(), 'controller platform - {"log":"tw');
    assert.deepEqual(await look(), [['one'], 0]);
    assert.deepEqual(await look(), [[], 0]);
    const rest = 'o\\n","stream":"stdout","attrs":{"tag":"platform/x"},"time":"2026-11-29T12:00:00.5Z"}\n';
    await appendFile(current(), rest);
    assert.deepEqual(await look(), [['two'], 0]);
  });

  it('goes on after a restart, in a file that was put aside, and in the one after it', async () => {
    await write('one');
    await look();
    await write('two');
    await rename(current(), join(folder, '1-2.log'));
    cursor = opened();
    assert.deepEqual(await look(), [['two'], 0], 'its successor is not there yet');
    await appendFile(join(folder, '1-2.log'), '');
    await write('three');
    assert.deepEqual(await look(), [['three'], 0]);
    await rename(current(), join(folder, '2-3.log'));
    await rm(join(folder, '2-3.log'));
    await write('four');
    assert.deepEqual(await look(), [['four'], 0], 'what went meanwhile is not looked for');
  });

  it('begins a file anew that is shorter than what was read', async () => {
    await write('one');
    await look();
    await truncate(current(), 0);
    assert.deepEqual(await look(), [[], 0]);
    await write('two');
    assert.deepEqual(await look(), [['two'], 0]);
  });

  it('is bounded: of what came too fast it reads the newest, from the beginning of a line', async () => {
    await write('first');
    await look();
    await write('lost');
    const filler = `${'x'.repeat(1023)}\n`.repeat(maxReadOn / 1024);
    await appendFile(current(), filler);
    await write('kept');
    const [seen, skipped] = await look();
    assert.ok(skipped > 0 && !seen.includes('lost'));
    assert.equal(seen.at(-1), 'kept');
    assert.ok(seen.slice(0, -1).every((line) => line.length === 1023));
  });

  it('goes past a line that has no end', async () => {
    await write('one');
    await look();
    await appendFile(current(), 'x'.repeat(2 * 1024 * 1024));
    await look();
    await appendFile(current(), 'end\n');
    await write('two');
    assert.equal((await look())[0].at(-1), 'two');
  });
});
