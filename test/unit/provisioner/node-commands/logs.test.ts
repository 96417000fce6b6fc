import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../../../base/secret.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { LogLineReader } from '../../../../provisioner/node-commands/log-line-reader.js';
import { followProgram, readProgram, type LoggedLines } from '../../../../provisioner/node-commands/logs.js';

const all = ['web.1', 'web.11', 'worker.1'].map((process) => ({ process, name: `app-${process}-v1-5001` }));
const worker = all.slice(2);
const textOf = (containers: typeof all, wanted: LoggedLines): string => {
  const { stdin } = readProgram(containers, wanted);
  assert.ok(stdin instanceof Secret);
  return stdin.reveal();
};

describe('logs of a node', function () {
  this.timeout(20_000);
  let folder: string;
  const withDocker = (script: string): NodeJS.ProcessEnv => {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'docker'), 0o755);
    return { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  };
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'deis-logs-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('asks for the newest lines since a moment, of containers that are there', () => {
    const env = withDocker(
      `echo "$*" >> ${folder}/calls; [ "$1 $2" != 'inspect app-web.1-v1-5001' ] || exit 1`,
    );
    const asked = (wanted: LoggedLines): string[] => {
      rmSync(join(folder, 'calls'), { force: true });
      assert.equal(spawnSync('sh', { input: textOf(all.slice(0, 2), wanted), env }).status, 0);
      return readFileSync(join(folder, 'calls'), 'utf8')
        .split('\n')
        .filter((call) => call.startsWith('logs'));
    };
    const since = new Date('2026-01-01T00:00:00Z');
    assert.deepEqual(asked({ lines: 7 }), ['logs --timestamps --tail 7 app-web.11-v1-5001']);
    assert.deepEqual(asked({ lines: 7, since }), [
      'logs --timestamps --since 2026-01-01T00:00:00.000Z --tail 7 app-web.11-v1-5001',
    ]);
    assert.deepEqual(asked({ lines: 7, grep: 'x' }), ['logs --timestamps app-web.11-v1-5001']);
  });

  it('takes the text to look for as it is, whatever is in it', () => {
    const env = withDocker(`case $1 in logs) printf '%s\\n' "T1 a'b .*" 'T2 other' "T3 a'b .* again";; esac`);
    const script = textOf(worker, { lines: 1, grep: "a'b .*" });
    assert.equal(
      spawnSync('sh', { input: script, env, encoding: 'utf8' }).stdout,
      "worker.1 1. T3 a'b .* again\n",
    );
  });

  it('looks for text in what an app wrote, not in its times', () => {
    const env = withDocker(`case $1 in logs) printf '%s\\n' "2026Z one" '2026Z of 2026';; esac`);
    const script = textOf(worker, { lines: 9, grep: '2026' });
    assert.equal(
      spawnSync('sh', { input: script, env, encoding: 'utf8' }).stdout,
      'worker.1 1. 2026Z of 2026\n',
    );
  });

  it('keeps long lines of both streams and of all containers apart, byte for byte', async () => {
    // Each container writes a long line in two halves, with a line of the other stream between them.
    const env = withDocker(
      `case $1 in logs) printf 'T1 '; head -c 70000 /dev/zero | tr '\\0' a; echo 'T2 oops' >&2
       printf '\\r\\342\\200\\250'; head -c 70000 /dev/zero | tr '\\0' b; printf '\\nT3 no newline';; esac`,
    );
    const lines: Record<string, string[]> = {};
    const reader = new LogLineReader(({ container: name, stream, text }) =>
      (lines[`${name} ${stream}`] ??= []).push(text),
    );
    const script = textOf(all, { lines: 9 });
    reader.feed(spawnSync('sh', { input: script, env, maxBuffer: 10_000_000 }).stdout);
    reader.end();
    const long = `T1 ${'a'.repeat(70_000)}\r\u2028${'b'.repeat(70_000)}`;
    for (const name of ['web.1', 'web.11', 'worker.1']) {
      assert.deepEqual(lines[`${name} stdout`], [long, 'T3 no newline']);
      assert.deepEqual(lines[`${name} stderr`], ['T2 oops']);
    }
  });

  it('follows a container over its restarts, and leaves nothing behind when the listener goes', async () => {
    const env = withDocker(
      `echo "$@" >> ${folder}/calls; case $1 in logs) echo "T$$ line"; [ "$(grep -c ^logs ` +
        `${folder}/calls)" -lt 3 ] || exec sleep 1000;; esac`,
    );
    const { command } = followProgram(worker.map((each) => ({ ...each, since: '2026-01-01T00:00:00Z' })));
    const child = spawn('sh', command.slice(3), { env, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await waitUntil(async () => (out.split('\n').length > 3 ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 50,
      what: 'three lines',
    });
    assert.match(out, /^(worker\.1 1\. T\d+ line\n){3}$/);
    child.stdin.end();
    await once(child, 'exit');
    const group = (): true | undefined =>
      spawnSync('pgrep', ['-g', String(child.pid)]).status === 1 ? true : undefined;
    await waitUntil(async () => group(), {
      deadlineMs: 10_000,
      intervalMs: 50,
      what: 'every process to end',
    });
  });
});
