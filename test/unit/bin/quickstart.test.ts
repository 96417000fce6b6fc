import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

describe('npm run quickstart', () => {
  for (const instance of ['shop', '', '0A1B2C3D', '0a1b2c3d4'])
    it(`refuses ${JSON.stringify(instance)} for an instance before it installs anything`, async () => {
      const env = { ...process.env, DEIS_INSTANCE: instance };
      await assert.rejects(
        run(process.execPath, [resolve('bin/quickstart.mjs')], { env, timeout: 10_000 }),
        (error: { code: number; stdout: string; stderr: string }) => {
          assert.equal(error.code, 2);
          assert.equal(error.stdout, '');
          assert.match(
            error.stderr,
            /is not a valid instance id: expected 8 hexadecimal digits, e\.g\. 0a1b2c3d\.\n$/,
          );
          return true;
        },
      );
    });

  describe('while it installs npm packages', () => {
    interface Saying {
      readonly cwd: string;
      readonly isTerminal: boolean;
      readonly beatMs: number;
      readonly write: (text: string) => void;
    }
    type RunSaying = (what: string, program: readonly string[], options: Saying) => Promise<number>;
    let runSaying: RunSaying;
    before(async () => {
      const path = pathToFileURL(resolve('bin/quickstart/run-saying.mjs')).href;
      ({ runSaying } = (await import(path)) as { runSaying: RunSaying });
    });
    /** What is said beside a program that takes this long, and its exit code. */
    const saidBeside = async (script: string, isTerminal: boolean): Promise<[string[], number]> => {
      const said: string[] = [];
      const write = (text: string): void => void said.push(text);
      const options = { cwd: '.', isTerminal, beatMs: 50, write };
      return [said, await runSaying('npm packages', ['sh', '-c', script], options)];
    };

    it('says so again and again, but in a terminal, where npm does', async () => {
      const [said, code] = await saidBeside('sleep 0.4; exit 3', false);
      assert.ok(said.length >= 2, said.join(''));
      for (const line of said) assert.match(line, /^ {7}\.\.\. npm packages \(\d+\.\d s\)\n$/);
      assert.equal(code, 3);
      assert.deepEqual(await saidBeside('sleep 0.2', true), [[], 0]);
      assert.equal((await saidBeside('kill -9 $$', false))[1], 1);
      const options = { cwd: '.', isTerminal: false, beatMs: 50, write: () => undefined };
      assert.equal(await runSaying('nothing', ['/nowhere/npm'], options), 1);
    });

    it('says how long that takes, and ends where they cannot be installed', async () => {
      const clone = mkdtempSync(join(tmpdir(), 'deis-clone-'));
      try {
        cpSync('bin/quickstart', join(clone, 'bin', 'quickstart'), { recursive: true });
        cpSync('bin/quickstart.mjs', join(clone, 'bin', 'quickstart.mjs'));
        // With dist/ nothing is begun beside it.
        mkdirSync(join(clone, 'dist'));
        for (const name of ['tsconfig.json', 'package-lock.json', 'package.json'])
          writeFileSync(join(clone, name), '{}');
        writeFileSync(join(clone, 'npm'), '#!/bin/sh\necho "npm $*"\nexit 1\n', { mode: 0o755 });
        const env = { ...process.env, PATH: `${clone}:${process.env['PATH']}` };
        await assert.rejects(
          run(process.execPath, [join(clone, 'bin', 'quickstart.mjs')], { env, timeout: 10_000 }),
          (error: { code: number; stdout: string }) => {
            assert.equal(error.code, 1);
            assert.match(
              error.stdout,
              /^Installing npm packages \(npm ci\), which takes about a minute \.\.\.\n/,
            );
            assert.match(error.stdout, /\nnpm ci --no-fund --no-audit --loglevel=error\n$/);
            return true;
          },
        );
      } finally {
        rmSync(clone, { recursive: true, force: true });
      }
    });
  });
});
