import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AsideFailed, mustRunAside, runAside } from '../../../provisioner/run-aside.js';
import { waitUntil } from '../../../base/wait-until.js';

const given = { env: {}, extendEnv: true, timeout: 20_000, maxBuffer: 1_000_000 };
const sh = (script: string, more: object = {}) => ({
  ...given,
  program: 'sh',
  args: ['-c', script],
  ...more,
});

describe('runAside', () => {
  it('resolves with what the program said, as it is', async () => {
    assert.deepEqual(await runAside(sh('printf "a\\n\\n"; printf b >&2')), {
      stdout: 'a\n\n',
      stderr: 'b',
      problem: undefined,
    });
  });

  it('gives it input, a folder and an environment of its own', async () => {
    const { stdout } = await runAside(
      sh('cat; pwd; echo "$A"', { input: 'in ', cwd: '/usr', env: { A: 'a' } }),
    );
    assert.equal(stdout, 'in /usr\na\n');
    const env = await runAside({
      ...given,
      program: '/usr/bin/env',
      args: [],
      extendEnv: false,
      env: { A: '1' },
    });
    assert.equal(env.stdout, 'A=1\n');
  });

  it('says how a program ended that did not exit with 0', async () => {
    const { problem, stderr } = await runAside(sh('echo no >&2; exit 3'));
    assert.equal(problem?.exitCode, 3);
    assert.equal(stderr, 'no\n');
    await assert.rejects(mustRunAside(sh('echo no >&2; exit 3')), (error: AsideFailed) => {
      assert.ok(error instanceof AsideFailed);
      assert.deepEqual([error.exitCode, error.stderr], [3, 'no\n']);
      return true;
    });
  });

  it('says that a program is not there, has taken too long, or said too much', async () => {
    await assert.rejects(mustRunAside({ ...given, program: 'not-a-program', args: [] }), /ENOENT/);
    await assert.rejects(
      mustRunAside(sh('exec sleep 60', { timeout: 200 })),
      /timed out after 200 milliseconds/,
    );
    await assert.rejects(mustRunAside(sh('yes', { maxBuffer: 1_000 })), /larger than 1000/);
  });

  it('ends a program whose signal is aborted, and does not begin one whose signal was', async () => {
    const cancel = new AbortController();
    const began = performance.now();
    const ended = mustRunAside(sh('exec sleep 60', { signal: cancel.signal }));
    cancel.abort(new Error('enough'));
    await assert.rejects(ended, /^Error: enough$/);
    assert.ok(performance.now() - began < 10_000);
    await assert.rejects(runAside(sh('true', { signal: cancel.signal })), /^Error: enough$/);
  });

  it('ends its programs with this process', async function () {
    // It starts a Node.js of its own, with tsx.
    this.timeout(60_000);
    const module = new URL('../../../provisioner/run-aside.ts', import.meta.url).href;
    const script = `
      import { runAside } from ${JSON.stringify(module)};
      const given = { env: {}, extendEnv: true, timeout: 60000, maxBuffer: 1000 };
      void runAside({ program: 'sh', args: ['-c', 'echo $$ > "$FILE"; exec sleep 60'], ...given });
      // What the thread tells comes in order: it has begun when another has ended that waited for its file.
      await runAside({ program: 'sh', args: ['-c', 'until [ -s "$FILE" ]; do sleep 0.05; done'], ...given });
      process.exit(0);
    `;
    const folder = await mkdtemp(join(tmpdir(), 'deis-aside-'));
    try {
      const file = join(folder, 'pid');
      await mustRunAside({
        ...given,
        program: process.execPath,
        args: ['--import', 'tsx', '--input-type=module', '-e', script],
        env: { FILE: file },
      });
      const pid = Number(await readFile(file, 'utf8'));
      const isGone = async (): Promise<true | undefined> => {
        const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'gone');
        return state === 'gone' || / Z /.test(state) ? true : undefined;
      };
      await waitUntil(isGone, { deadlineMs: 30_000, intervalMs: 20, what: 'the program to end' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
