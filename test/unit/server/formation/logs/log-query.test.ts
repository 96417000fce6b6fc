import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../../../base/wait-until.js';
import { followScript, logSources, readScript } from '../../../../../server/formation/logs/log-query.js';
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

  it('take the text to look for as it is, whatever is in it', () => {
    const env = withDocker(`case $1 in logs) printf '%s\\n' "T1 a'b .*" 'T2 other' "T3 a'b .* again";; esac`);
    const script = readScript(logSources(given, [], { ps: 'worker' }), { lines: 1, grep: "a'b .*" });
    assert.equal(
      spawnSync('sh', { input: script, env, encoding: 'utf8' }).stdout,
      "worker.1 T3 a'b .* again\n",
    );
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
    assert.match(out, /^(worker\.1 T\d+ line\n){3}$/);
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
