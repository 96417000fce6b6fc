import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript, type OneOff } from '../../../../../server/formation/runs/one-off-program.js';

const value = `a=b "c" 'd' $HOME \`e\` \\ %s ü\nsecond line`;
const script = (command: string, attach: OneOff['attach'] = 'output'): string =>
  runScript({
    formation: 'app',
    name: 'app-run-1',
    command,
    process: 'run.1',
    attach,
    release: {
      version: 7,
      image: `deis/stack:bookworm@sha256:${'a'.repeat(64)}`,
      config: { SECRET: value, PATH: '/evil' },
      build: { slug: 'x/app.tgz', sha256: 'abc', size: 1, procfile: {} },
    },
  }).reveal();

/**
 * Runs a script by sh with these stand-ins for curl and docker; each notes its arguments and the environment
 * it was given.
 */
function runWith(
  text: string,
  { curl = 'cat > "$DIR/body"', docker = 'case $1 in start) echo out; echo err >&2; exit 3;; esac' } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), 'deis-run-script-'));
  try {
    for (const [name, body] of [
      ['curl', curl],
      ['docker', docker],
    ] as const) {
      writeFileSync(
        join(dir, name),
        '#!/bin/sh\n' +
          `DIR=${dir}\n` +
          `printf '%s\\n' "${name} $*" >> ${dir}/calls\n` +
          `/usr/bin/env >> ${dir}/environment\n` +
          `${body}\n`,
      );
      chmodSync(join(dir, name), 0o755);
    }
    const input = `PATH=${dir}:/usr/bin:/bin\n${text}`;
    const result = ((): { code: number; stdout: string; stderr: string } => {
      try {
        return {
          code: 0,
          stdout: execFileSync('sh', { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }),
          stderr: '',
        };
      } catch (error) {
        const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
        return { code: status, stdout, stderr };
      }
    })();
    const read = (name: string): string => {
      try {
        return readFileSync(join(dir, name), 'utf8');
      } catch {
        return '';
      }
    };
    return { ...result, calls: read('calls'), environment: read('environment'), body: read('body') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('runScript', () => {
  it('gives the container its config exactly, in no argument and no environment of the node', () => {
    const { body, calls, environment } = runWith(script('echo hi'));
    const { Env } = JSON.parse(body) as { Env: string[] };
    assert.ok(Env.includes(`SECRET=${value}`));
    assert.ok(Env.includes('DEIS_CONTAINER=run.1'));
    assert.ok(
      !calls.includes('second line') &&
        !environment.includes('second line') &&
        !environment.includes('/evil'),
    );
  });

  it("runs the command by the stack's runner, whatever is in it", () => {
    const command = `sh -c 'echo "$SECRET"; exit 4' # "\n`;
    assert.deepEqual((JSON.parse(runWith(script(command)).body) as { Cmd: string[] }).Cmd, [
      '/usr/local/bin/start',
      '--',
      command,
    ]);
  });

  it('gives a terminal its size before the command begins', () => {
    const { Tty, Cmd } = JSON.parse(runWith(script('stty size', { rows: 33, columns: 99 })).body) as {
      Tty: boolean;
      Cmd: string[];
    };
    const [stty, program = '', ...args] = [`stty() { echo "$*"; }\n`, ...Cmd.slice(2)];
    assert.deepEqual(
      [Tty, Cmd.slice(0, 2), Cmd.slice(-3)],
      [true, ['sh', '-c'], ['/usr/local/bin/start', '--', 'stty size']],
    );
    assert.equal(
      execFileSync('sh', ['-c', stty + program, ...args.slice(0, 3), 'echo', 'then', 'this'], {
        encoding: 'utf8',
      }),
      'rows 33 columns 99\nthen this\n',
    );
  });

  it('carries no label by which a converge would remove it', () => {
    assert.equal(
      (JSON.parse(runWith(script('x')).body) as { Labels: Record<string, string> }).Labels['deis.formation'],
      '',
    );
  });

  it('bounds the processes of the container', () => {
    const { HostConfig } = JSON.parse(runWith(script('x')).body) as { HostConfig: { PidsLimit: number } };
    assert.equal(HostConfig.PidsLimit, 4096);
  });

  it('passes output and exit code on and removes the container', () => {
    const { code, stdout, stderr, calls } = runWith(script('x'));
    assert.deepEqual([code, stdout, stderr], [3, 'out\n', 'err\n']);
    assert.match(calls, /docker rm -fv app-run-1/);
  });

  it('ends with 125 and what Docker said when the container could not be made', () => {
    const { code, stderr, calls } = runWith(script('x'), {
      curl: 'cat >/dev/null; echo "no such image"; exit 22',
    });
    assert.equal(code, 125);
    assert.match(stderr, /no such image/);
    assert.doesNotMatch(calls, /docker start/);
  });

  it('does nothing at all when it was cut off anywhere', () => {
    const whole = script('x').trimEnd();
    for (const length of [1, 0.2, 0.5, 0.9].map((part) => Math.floor(whole.length * part) - 1)) {
      assert.equal(runWith(whole.slice(0, length)).calls, '');
    }
  });
});
