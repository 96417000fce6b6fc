import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { projectRoot } from '../../support/source/source-imports.js';

interface Lanes {
  inPortions(
    files: readonly string[],
    seconds: Readonly<Record<string, number>>,
    count: number,
    least?: number,
  ): string[][];
  portionsOf(files: readonly string[], seconds: Readonly<Record<string, number>>, count: number): string[][];
  runLanes(root: string, commands: readonly (readonly string[])[], count?: number): Promise<unknown[]>;
}

describe('lanes of test files', () => {
  let lanes: Lanes;
  let folder: string;

  before(async () => {
    lanes = (await import(pathToFileURL(join(projectRoot, 'bin/test/lanes.mjs')).href)) as Lanes;
    folder = mkdtempSync(join(tmpdir(), 'deis-lanes-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('take each file once, long ones first, in portions that become smaller', () => {
    const files = Array.from({ length: 60 }, (_, index) => `test/unit/${index}.test.ts`);
    const seconds = Object.fromEntries(files.map((file, index) => [file, index + 1]));
    const portions = lanes.inPortions(files, seconds, 2, 60);
    assert.deepEqual(portions.flat().sort(), [...files].sort());
    const sizes = portions.map((portion) => portion.reduce((sum, file) => sum + (seconds[file] ?? 0), 0));
    assert.equal(portions[0]?.[0], files.at(-1));
    assert.ok((sizes[0] ?? 0) <= 1830 / 4 && (sizes[0] ?? 0) > 1830 / 4 - 60, String(sizes));
    assert.ok(
      sizes.every((size) => size <= 1830 / 4),
      String(sizes),
    );
    assert.ok((sizes.at(-1) ?? 0) <= 60, String(sizes));
  });

  it('give a file that is longer than a portion one of its own', () => {
    assert.deepEqual(lanes.inPortions(['a', 'b'], { a: 900, b: 1 }, 2, 10), [['a'], ['b']]);
    assert.deepEqual(lanes.inPortions([], {}, 2), []);
  });

  it('begin the second with the fast tiers, which need no images, and share those out where they are alone', () => {
    const fast = ['test/architecture/a.test.ts', 'test/unit/a.test.ts'];
    const slow = Array.from({ length: 8 }, (_, index) => `test/acceptance/${index}.test.ts`);
    const seconds = Object.fromEntries([
      ...slow.map((file) => [file, 100]),
      ...fast.map((file) => [file, 100]),
    ]);
    const portions = lanes.portionsOf([...fast, ...slow], seconds, 2);
    assert.deepEqual(portions.flat().sort(), [...fast, ...slow].sort());
    assert.ok(portions[0]?.every((file) => slow.includes(file)));
    assert.deepEqual(portions.slice(1, 3), [[fast[0]], [fast[1]]]);
    assert.deepEqual(lanes.portionsOf(fast, seconds, 2), [[fast[0]], [fast[1]]]);
    assert.deepEqual(lanes.portionsOf([], {}, 2), []);
  });

  it('run so many at once, each the next when it is free, and answer in the order of the commands', async () => {
    const log = join(folder, 'log');
    writeFileSync(log, '');
    // The first ends when the third has begun: its lane was the other one's.
    const script = `
      const fs = require('node:fs');
      const [name, log] = process.argv.slice(1);
      fs.appendFileSync(log, name);
      const end = () => {
        fs.writeFileSync(process.env.TEST_SUMMARY, JSON.stringify({ name, failed: 0 }));
        process.exit();
      };
      const look = () => (name !== 'a' || fs.readFileSync(log, 'utf8').includes('c') ? end() : setTimeout(look, 10));
      setTimeout(() => process.exit(1), 5000).unref();
      look();`;
    const commands = ['a', 'b', 'c'].map((name) => [process.execPath, '-e', script, name, log]);
    const summaries = await lanes.runLanes(folder, commands, 2);
    assert.deepEqual(summaries, [
      { name: 'a', failed: 0 },
      { name: 'b', failed: 0 },
      { name: 'c', failed: 0 },
    ]);
    assert.equal([...readFileSync(log, 'utf8')].sort().join(''), 'abc');
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`begin nothing more after ${signal}, in later lanes neither`, async () => {
      const log = join(folder, signal);
      writeFileSync(log, '');
      const module = JSON.stringify(pathToFileURL(join(projectRoot, 'bin/test/lanes.mjs')).href);
      const portion = (name: string, then: string): string[] => [
        process.execPath,
        '-e',
        `require('node:fs').appendFileSync(${JSON.stringify(log)}, '${name}'); ${then}`,
      ];
      const waiting = `process.kill(process.ppid, '${signal}'); setTimeout(() => undefined, 10_000);`;
      const script = `
        const { runLanes } = await import(${module});
        const first = await runLanes('/', ${JSON.stringify([portion('a', waiting), portion('b', '')])});
        const then = await runLanes('/', ${JSON.stringify([portion('c', '')])});
        process.stdout.write(JSON.stringify([first, then]));`;
      const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
      assert.deepEqual(JSON.parse(ended.stdout), [[null, null], [null]]);
      assert.equal(readFileSync(log, 'utf8'), 'a');
    });

  it('answer null for one that broke off', async () => {
    const broken = [process.execPath, '-e', 'process.exit(3)'];
    assert.deepEqual(await lanes.runLanes(folder, [broken]), [null]);
  });
});
