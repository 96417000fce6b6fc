import { createHash } from 'node:crypto';
import { RemoteFailure } from '../../base/errors.js';
import type { Secret } from '../../base/secret.js';
import type { Connection } from '../ssh/transport.js';
import { waitUntil } from '../../base/wait-until.js';
import type { OpenOptions } from './node-session.js';
import type { ReportEvent } from './report/report.js';
import { ReportFollower } from './report/report-follower.js';
import type { ProgramEnd } from './report/report-follower.js';
import { lockScript, receiverExit, receiverScript, runnerScript, stopScript } from './run-scripts.js';

/** A program for one node. Running the same id twice runs it once. */
export interface ProgramExecution {
  /** Letters, digits, `-` and `_`; names the run's files on the node. */
  readonly runId: string;
  /** POSIX sh that writes report lines (report.ts) to stdout. */
  readonly text: Secret;
  readonly generation: number;
  /** Neither takes the node's generation nor writes: an older one is still refused. */
  readonly whyRun: boolean;
}

/** Where a program's node is reached, again after a cut. */
export interface ProgramLink {
  readonly target: { readonly name: string };
  connection(options: OpenOptions): Promise<Connection>;
}

export interface RunOptions {
  /** Milliseconds for all of it, waiting for the node's lock included. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for reaching the node, at first and after each cut; then it counts as unreachable. */
  readonly connectMs: number;
  /** Directory of the node's state. */
  readonly stateDir: string;
  /** A lock beside which `lock` of that directory is none of its own. Default: it is. */
  readonly lock?: string;
  /** What the commands are entered with. */
  readonly sudo: readonly string[];
}

export interface ProgramOutcome {
  readonly end: ProgramEnd;
  /** Tail of the program's stderr; empty when it exited with 0. */
  readonly log: string;
}

/** Milliseconds before following again after a cut, and for stopping a run that was given up. */
const pauseAfterCutMs = 200;
const stopMs = 5000;

/**
 * Brings the program to the node, has it run once, detached from SSH, under the node's lock, and follows its
 * report to the end: one exec, and one more for each cut of the connection, which goes on at the byte where
 * the last one ended (DESIGN: transport). Given up by deadline or signal, the run is stopped on the node too.
 * @throws RemoteFailure when the node cannot be reached, or cannot take the program, or at the deadline, or
 * when cancelled. A program that failed is no error here.
 */
export async function runProgram(
  link: ProgramLink,
  run: ProgramExecution,
  onReport: (event: ReportEvent) => void,
  options: RunOptions,
): Promise<ProgramOutcome> {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(run.runId)) throw new TypeError(`not a run id: ${run.runId}`);
  const follower = new ReportFollower(onReport);
  const end = performance.now() + options.deadlineMs;
  try {
    const ended = await waitUntil(
      () =>
        follow(
          link,
          run,
          follower,
          { ...options, deadlineMs: Math.max(1, end - performance.now()) },
          options.deadlineMs,
        ),
      {
        deadlineMs: options.deadlineMs,
        intervalMs: pauseAfterCutMs,
        what: `run ${run.runId}`,
        signal: options.signal,
      },
    );
    return { end: ended, log: follower.log };
  } catch (error) {
    const failure = describe(link.target.name, error, follower, options);
    const givenUp = failure.phase === 'deadline' || failure.phase === 'cancelled';
    if (givenUp && follower.tried) await stopProgram(link, run, options);
    throw failure;
  }
}

/** One connection's part: undefined when it was cut. */
async function follow(
  link: ProgramLink,
  run: ProgramExecution,
  follower: ReportFollower,
  options: RunOptions,
  programMs: number,
): Promise<ProgramEnd | undefined> {
  const { deadlineMs, signal } = options;
  const connection = await link.connection({ deadlineMs: Math.min(deadlineMs, options.connectMs), signal });
  const ended = new AbortController();
  follower.attach();
  try {
    await connection.exec({
      command: receiverCommand(run, follower.offset, programMs, options),
      stdin: run.text,
      onStdout: (chunk) => {
        follower.push(chunk);
        // The report's last line is the end: the processes on the node need not be waited for.
        if (follower.end) ended.abort();
      },
      deadlineMs,
      signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal,
    });
  } catch (error) {
    if (follower.end) return follower.end;
    if (!(error instanceof RemoteFailure)) throw error;
    if (error.phase === 'lost') return undefined;
    if (isRunnersDeath(error, follower)) return { kind: 'died' };
    throw error;
  }
  return follower.end ?? { kind: 'died' };
}

/**
 * The receiver ends with the exit code of the runner that it started; other codes than its own mean that the
 * runner was killed.
 */
function isRunnersDeath(failure: RemoteFailure, follower: ReportFollower): boolean {
  return failure.phase === 'exit' && follower.attached && failure.exitCode !== receiverExit.cannotWrite;
}

function receiverCommand(
  run: ProgramExecution,
  offset: number,
  programMs: number,
  options: RunOptions,
): string[] {
  const bytes = Buffer.from(run.text.reveal());
  const sum = createHash('sha256').update(bytes).digest('hex');
  const seconds = String(Math.max(1, Math.ceil(programMs / 1000)));
  const link =
    options.lock === undefined ? [] : ['sh', '-c', lockScript, 'deis-lock', options.stateDir, options.lock];
  const receiver = [runnerScript, options.stateDir, run.runId, String(bytes.length), sum, String(offset)];
  const runner = [String(run.generation), run.whyRun ? '1' : '0', seconds, seconds];
  return [...options.sudo, ...link, 'sh', '-c', receiverScript, 'deis-receiver', ...receiver, ...runner];
}

/**
 * Stops the run on the node, if the node can be reached: best effort, the run ends by its own time limit
 * otherwise.
 */
async function stopProgram(link: ProgramLink, run: ProgramExecution, options: RunOptions): Promise<void> {
  try {
    const connection = await link.connection({ deadlineMs: stopMs });
    await connection.exec({
      command: [...options.sudo, 'sh', '-c', stopScript, 'deis-stop', options.stateDir, run.runId],
      deadlineMs: stopMs,
    });
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error;
  }
}

const receiverFailures: Readonly<Record<number, string>> = {
  [receiverExit.damaged]: 'the program arrived incomplete',
  [receiverExit.noDirectory]: 'cannot make its state directory',
  [receiverExit.cannotWrite]: 'cannot write to its state directory (is the disk full?)',
};

function describe(
  node: string,
  error: unknown,
  follower: ReportFollower,
  options: RunOptions,
): RemoteFailure {
  const cancelled = options.signal?.aborted ?? false;
  if (error instanceof RemoteFailure && !cancelled && error.phase !== 'deadline') return inWords(node, error);
  const holder = follower.waitingFor ? `, waiting for run ${follower.waitingFor} to end` : '';
  const message = cancelled
    ? `${node}: cancelled while converging`
    : `${node}: gave up after ${Math.round(options.deadlineMs / 1000)} s${holder}`;
  return new RemoteFailure(message, {
    node,
    command: 'converge',
    phase: cancelled ? 'cancelled' : 'deadline',
    cause: cancelled ? options.signal?.reason : error,
  });
}

/** The receiver's own exit codes as a sentence; other failures as they are. */
function inWords(node: string, failure: RemoteFailure): RemoteFailure {
  const why = failure.phase === 'exit' ? receiverFailures[failure.exitCode ?? -1] : undefined;
  if (!why) return failure;
  const { exitCode, stderr } = failure;
  return new RemoteFailure([`${node}: ${why}`, stderr.trim()].filter(Boolean).join(': '), {
    node,
    command: 'converge',
    exitCode,
    stderr,
    phase: 'exit',
    cause: failure,
  });
}
