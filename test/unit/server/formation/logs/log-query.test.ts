import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnknownName } from '../../../../../base/errors.js';
import { waitUntil } from '../../../../../base/wait-until.js';
import { LogReader } from '../../../../../server/formation/logs/log-reader.js';
import {
  followScript,
  logSources,
  readScript,
  requireProcess,
} from '../../../../../server/formation/logs/log-query.js';
import { container, node, release, runtime, snapshot } from '../../../../support/formation-snapshots.js';

const given = snapshot({
  nodes: [node(runtime, 1)],
  releases: [release(1)],
  containers: [
    container('app-runtime-1', 'web', 1, 5001),
    container('app-runtime-1', 'web', 11, 5002),
    container('app-runtime-1', 'worker', 1, 5003),
  ],
});

describe('log queries', function () {
  this.timeout(20_000);
  let folder: string;
  const withDocker = (script: string): NodeJS.ProcessEnv => {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'docker'), 0o755);
    return { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  };
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'deis-logs-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('choose a type, or one container of it, and nothing whose name only begins so', () => {
    const chosen = (ps?: string): string[] => logSources(given, [], { ps }).map(({ process }) => process);
    assert.deepEqual(chosen(), ['web.1', 'web.11', 'worker.1']);
    assert.deepEqual(chosen('web'), ['web.1', 'web.11']);
    assert.deepEqual(chosen('web.1'), ['web.1']);
    assert.deepEqual(chosen('we'), []);
  });

  it('refuse a process that there is not, and say which there are', () => {
    const live = {
      ...given,
      formation: { ...given.formation, liveReleaseId: 1, scale: { web: 2, clock: 0 } },
    };
    for (const ps of ['web', 'web.9', 'worker.1', 'clock', 'run', 'run.7']) requireProcess(live, ps);
    for (const ps of ['nonsense', 'we', 'nonsense.1'])
      assert.throws(
        () => requireProcess(live, ps),
        (error) =>
          error instanceof UnknownName &&
          /no process "(nonsense|we).*clock, run, web, worker/.test(error.message),
      );
    requireProcess({ ...live, formation: { ...live.formation, liveReleaseId: null } }, 'nonsense');
  });

  it('take the text to look for as it is, whatever is in it', () => {
    const env = withDocker(`case $1 in logs) printf '%s\\n' "T1 a'b .*" 'T2 other' "T3 a'b .* again";; esac`);
    const script = readScript(logSources(given, [], { ps: 'worker' }), { lines: 1, grep: "a'b .*" });
    assert.equal(
      spawnSync('sh', { input: script, env, encoding: 'utf8' }).stdout,
      "worker.1 1. T3 a'b .* again\n",
    );
  });

  it('look for text in what an app wrote, not in its times', () => {
    const env = withDocker(`case $1 in logs) printf '%s\\n' "2026Z one" '2026Z of 2026';; esac`);
    const script = readScript(logSources(given, [], { ps: 'worker' }), { lines: 9, grep: '2026' });
    assert.equal(
      spawnSync('sh', { input: script, env, encoding: 'utf8' }).stdout,
      'worker.1 1. 2026Z of 2026\n',
    );
  });

  it('keep long lines of both streams and of all containers apart, byte for byte', async () => {
    // Each container writes a long line in two halves, with a line of the other stream between them.
    const env = withDocker(
      `case $1 in logs) printf 'T1 '; head -c 70000 /dev/zero | tr '\\0' a; echo 'T2 oops' >&2
       printf '\\r\\342\\200\\250'; head -c 70000 /dev/zero | tr '\\0' b; printf '\\nT3 no newline';; esac`,
    );
    const lines: Record<string, string[]> = {};
    const reader = new LogReader(({ container: name, stream, text }) =>
      (lines[`${name} ${stream}`] ??= []).push(text),
    );
    const script = readScript(logSources(given, [], {}), { lines: 9 });
    reader.feed(spawnSync('sh', { input: script, env, maxBuffer: 10_000_000 }).stdout);
    reader.end();
    const long = `T1 ${'a'.repeat(70_000)}\r\u2028${'b'.repeat(70_000)}`;
    for (const name of ['web.1', 'web.11', 'worker.1']) {
      assert.deepEqual(lines[`${name} stdout`], [long, 'T3 no newline']);
      assert.deepEqual(lines[`${name} stderr`], ['T2 oops']);
    }
  });

  it('follow a container over its restarts, and leave nothing behind when the listener goes', async () => {
    const env = withDocker(
      `echo "$@" >> ${folder}/calls; case $1 in logs) echo "T$$ line"; [ "$(grep -c ^logs ` +
        `${folder}/calls)" -lt 3 ] || exec sleep 1000;; esac`,
    );
    const child = spawn(
      'sh',
      ['-c', followScript(logSources(given, [], { ps: 'worker' }), () => '2026-01-01T00:00:00Z')],
      { env, detached: true, stdio: ['pipe', 'pipe', 'ignore'] },
    );
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
