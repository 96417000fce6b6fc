import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { RemoteFailure } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { NodeSession } from '../../../../provisioner/converge/node-session.js';
import type { ReportEvent } from '../../../../provisioner/converge/report/report.js';
import { runProgram } from '../../../../provisioner/converge/run-program.js';
import type { ProgramOutcome, RunOptions } from '../../../../provisioner/converge/run-program.js';
import { attachedMark } from '../../../../provisioner/converge/run-scripts.js';
import { RecordingTransport } from '../../../../provisioner/ssh/recording-transport.js';
import type { RecordedExec, ScriptedAnswer } from '../../../../provisioner/ssh/recording-transport.js';

const target = {
  name: 'n1',
  address: '192.0.2.1',
  port: 22,
  username: 'deis',
  privateKey: new Secret('key'),
  hostKeys: ['ssh-ed25519 AAAA'],
};
const text = 'echo "sentinel é"';
const options: RunOptions = {
  deadlineMs: 2000,
  connectMs: 500,
  stateDir: '/var/lib/deis',
  sudo: ['sudo', '-n'],
};
const exitLine = '{"event":"exit","code":0}\n';
const failure = (
  phase: RemoteFailure['phase'],
  fields: { exitCode?: number; stderr?: string } = {},
): RemoteFailure => new RemoteFailure(`n1: ${phase}`, { node: 'n1', phase, ...fields });

/** Answers the node's first execs with these, in order. */
function node(...answers: ScriptedAnswer[]) {
  const transport = new RecordingTransport({ onExec: () => answers.shift() });
  const events: ReportEvent[] = [];
  const run = (more: Partial<RunOptions> = {}): Promise<ProgramOutcome> =>
    runProgram(
      new NodeSession(transport, target),
      { runId: 'r1', text: new Secret(text), generation: 41, whyRun: false },
      (event) => events.push(event),
      { ...options, ...more },
    );
  return { transport, events, run };
}

/** The receiver's arguments by name. */
function argumentsOf({ command }: RecordedExec) {
  const [, stateDir, runId, size, sum, offset, generation, whyRun, lockSeconds, programSeconds] =
    command.slice(command.indexOf('deis-receiver') + 1);
  return { stateDir, runId, size, sum, offset, generation, whyRun, lockSeconds, programSeconds };
}

describe('running a program', () => {
  it('asks for it with size and sum, and sends the text on stdin alone', async () => {
    const { transport, run } = node({ stdout: attachedMark + exitLine });
    assert.deepEqual(await run(), { end: { kind: 'exit', code: 0 }, log: '' });
    const [exec] = transport.execs;
    assert.ok(exec);
    const bytes = Buffer.from(text);
    assert.deepEqual(argumentsOf(exec), {
      stateDir: '/var/lib/deis',
      runId: 'r1',
      size: String(bytes.length),
      sum: createHash('sha256').update(bytes).digest('hex'),
      offset: '0',
      generation: '41',
      whyRun: '0',
      lockSeconds: '2',
      programSeconds: '2',
    });
    assert.deepEqual(exec.command.slice(0, 4), ['sudo', '-n', 'sh', '-c']);
    assert.equal(exec.stdin.reveal(), text);
    assert.ok(!exec.command.join(' ').includes('sentinel'));
  });

  it('goes on at the byte where a lost connection ended, with the same id', async () => {
    const first = '{"event":"start","n":0,"resource":"file[/é]"}\n{"event":"end","n":0,';
    const rest = '"resource":"file[/é]","result":"changed"}\n';
    const { transport, events, run } = node(
      { stdout: attachedMark + first, failure: failure('lost') },
      { stdout: attachedMark.slice(0, 5), failure: failure('lost') },
      { stdout: attachedMark + rest + exitLine },
    );
    assert.equal((await run()).end.kind, 'exit');
    const seen = String(Buffer.byteLength(first));
    assert.deepEqual(
      transport.execs.map((exec) => [argumentsOf(exec).runId, argumentsOf(exec).offset]),
      [
        ['r1', '0'],
        ['r1', seen],
        ['r1', seen],
      ],
    );
    assert.deepEqual(transport.connects, ['n1', 'n1', 'n1']);
    assert.deepEqual(
      events.map((event) => event.event),
      ['start', 'end', 'exit'],
    );
  });

  it('tells a refusal, a held lock and a death from the report', async () => {
    const ends = [];
    for (const line of [
      '{"event":"refused","have":42,"wanted":41}',
      '{"event":"locked","run":"r0"}',
      '{"event":"died"}',
    ])
      ends.push((await node({ stdout: `${attachedMark}${line}\n` }).run()).end);
    assert.deepEqual(ends, [
      { kind: 'refused', have: 42, wanted: 41 },
      { kind: 'locked', run: 'r0' },
      { kind: 'died' },
    ]);
  });

  it('takes a report without an end for a death, also when the receiver says that its runner was killed', async () => {
    assert.equal((await node({ stdout: attachedMark }).run()).end.kind, 'died');
    assert.equal((await node({ stdout: attachedMark, exitCode: 137 }).run()).end.kind, 'died');
  });

  for (const [exitCode, message] of [
    [65, /arrived incomplete/],
    [73, /cannot make its state directory/],
    [74, /cannot write.*disk full\?\): No space left/],
  ] as const) {
    it(`puts the receiver's exit ${exitCode} in words`, async () => {
      await assert.rejects(
        node(failure('exit', { exitCode, stderr: exitCode === 74 ? 'No space left' : '' })).run(),
        message,
      );
    });
  }

  it('passes on what sudo says', async () => {
    await assert.rejects(
      node(failure('exit', { exitCode: 1, stderr: 'a password is required' })).run(),
      (error: unknown) => error instanceof RemoteFailure && error.stderr === 'a password is required',
    );
  });

  it('gives up a node that cannot be reached, without trying to stop anything there', async () => {
    const transport = new RecordingTransport({ onConnect: () => failure('connect') });
    await assert.rejects(
      runProgram(
        new NodeSession(transport, target),
        { runId: 'r1', text: new Secret(text), generation: 1, whyRun: false },
        () => undefined,
        options,
      ),
      (error: unknown) => error instanceof RemoteFailure && error.phase === 'connect',
    );
    assert.deepEqual(transport.connects, ['n1']);
  });

  it('stops the run on the node at its deadline', async () => {
    const { transport, run } = node(failure('deadline'));
    await assert.rejects(
      run(),
      (error: unknown) =>
        error instanceof RemoteFailure &&
        error.phase === 'deadline' &&
        /gave up after 2 s/.test(error.message),
    );
    const stop = transport.execs[1];
    assert.deepEqual(stop?.command.slice(-3), ['deis-stop', '/var/lib/deis', 'r1']);
  });

  it('is cancelled before it begins', async () => {
    const { transport, run } = node();
    await assert.rejects(
      run({ signal: AbortSignal.abort() }),
      (error: unknown) => error instanceof RemoteFailure && error.phase === 'cancelled',
    );
    assert.deepEqual([transport.connects, transport.execs], [[], []]);
  });
});
