import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../../../base/secret.js';
import { argumentProgram } from '../../../../provisioner/node-commands/node-program.js';
import {
  createProgram,
  oneOffCommands,
  type OneOffState,
} from '../../../../provisioner/node-commands/one-offs.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';
import { shellQuote } from '../../../../provisioner/ssh/shell-quote.js';
import type { SshTarget } from '../../../../provisioner/ssh/transport.js';
import type { OneOffAttach } from '../../../../provisioner/node-commands/one-off.js';

const value = `a=b "c" 'd' $HOME \`e\` \\ %s ü\nsecond line`;
const script = (command: string, attach: OneOffAttach = 'output', writable?: true): string => {
  const oneOff = {
    formation: 'app',
    name: 'app-run-1',
    command,
    process: 'run.1',
    release: {
      version: 7,
      image: `deis/stack:bookworm@sha256:${'a'.repeat(64)}`,
      config: { SECRET: value, PATH: '/evil' },
      ...(writable ? { writable } : {}),
      build: { slug: 'x/app.tgz', sha256: 'abc', size: 1, procfile: {} },
    },
  };
  const { stdin } = createProgram(oneOff, attach);
  assert.ok(stdin instanceof Secret);
  return stdin.reveal();
};

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

describe('a one-off command', () => {
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

  it('makes a place for what it writes before its container, and removes it after that', () => {
    const noted = ['find', 'mkdir', 'chown', 'rm'].map(
      (name) => `${name}() { docker noted ${name} "$@"; }\n`,
    );
    const calls = (writable?: true): string[] =>
      runWith(noted.join('') + script('x', 'output', writable))
        .calls.split('\n')
        .map((call) => call.split(' ').slice(0, 4).join(' '))
        .filter((call) => /^(curl|docker (start|rm|noted (mkdir|chown|rm)))/.test(call));
    const [make, begin, end, gone] = [
      'docker noted mkdir -m',
      'docker start -a app-run-1',
      'docker rm -fv app-run-1',
      'docker noted rm -rf',
    ];
    const curl = 'curl -sS --fail-with-body --unix-socket';
    assert.deepEqual(calls(true), [
      gone,
      make,
      make,
      'docker noted chown --reference=/opt/deis/slugs/abc',
      curl,
      begin,
      end,
      gone,
    ]);
    assert.deepEqual(calls(), [curl, begin, end, gone]);
  });

  it('only starts a detached one, and makes one for input without starting it', () => {
    const started = runWith(script('x', 'detached'), { docker: 'exit 0' });
    assert.equal(started.code, 0);
    assert.deepEqual(started.calls.match(/^docker .*$/gm), ['docker start app-run-1']);
    assert.doesNotMatch(runWith(script('x', 'input')).calls, /^docker /m);
  });

  it('leaves no container of a detached one that does not start', () => {
    const { code, calls } = runWith(script('x', 'detached'), {
      docker: 'case $1 in start) exit 1;; esac',
    });
    assert.equal(code, 125);
    assert.match(calls, /docker rm -fv app-run-1/);
  });

  it('takes the container along when the one at its other end goes', () => {
    const { command } = argumentProgram(['one-off-attach.sh'], ['app-run-1', '/nowhere/app-run-1']);
    const { code, calls } = runWith(`${shellQuote(command.slice(2))}`);
    assert.equal(code, 3);
    assert.deepEqual(calls.match(/^docker .*$/gm), ['docker start -ai app-run-1', 'docker rm -fv app-run-1']);
  });

  it('is stopped and removed, also when it is gone already', () => {
    const { command } = argumentProgram(['one-off-stop.sh'], ['app-run-1', '10', '/nowhere/app-run-1']);
    const { code, calls } = runWith(shellQuote(command.slice(2)), { docker: '[ "$1" = rm ]' });
    assert.equal(code, 0);
    assert.deepEqual(calls.match(/^docker .*$/gm), [
      'docker stop -t 10 app-run-1',
      'docker rm -fv app-run-1',
    ]);
  });

  it('is not said to be stopped, and keeps its files, where Docker does not remove it', () => {
    const files = mkdtempSync(join(tmpdir(), 'deis-run-files-'));
    const stop = argumentProgram(['one-off-stop.sh'], ['app-run-1', '10', files]).command;
    const attach = argumentProgram(['one-off-attach.sh'], ['app-run-1', files]).command;
    const docker = 'exit 1';
    assert.deepEqual(
      [stop, attach].map((command) => runWith(shellQuote(command.slice(2)), { docker }).code),
      [1, 1],
    );
    rmSync(files, { recursive: true });
  });

  it('is looked at: its state, none when it is gone, and a failure when Docker does not answer', async () => {
    const answer = async (stdout: string): Promise<OneOffState | undefined> => {
      const transport = new RecordingTransport({ onExec: () => ({ stdout }) });
      const connection = await transport.connect({ name: 'n' } as SshTarget, { deadlineMs: 1 });
      return oneOffCommands(connection).inspect('app-run-1', { deadlineMs: 1 });
    };
    assert.deepEqual(await answer('exited 3 2026-01-01T00:00:00.5Z\n'), {
      status: 'exited',
      exitCode: 3,
      endedAt: new Date('2026-01-01T00:00:00.5Z'),
    });
    assert.equal(await answer(''), undefined);
    const look = shellQuote(argumentProgram(['one-off-inspect.sh'], ['app-run-1']).command.slice(2));
    assert.deepEqual(
      [runWith(look, { docker: '[ "$1" != inspect ]' }), runWith(look, { docker: 'exit 1' })].map(
        ({ code, stdout }) => [code, stdout],
      ),
      [
        [0, ''],
        [1, ''],
      ],
    );
  });
});
