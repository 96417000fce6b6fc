import { RemoteFailure } from '../../../base/errors.js';
import type { Connection, ExecControl, ExecRequest } from '../../../provisioner/ssh/transport.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { RunRecord } from '../../store/run-store.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { prepareRun, type PreparedRun, type RunRequest } from './prepare-run.js';
import { removeRun, runTarget } from './remove-run.js';
import { streamedOutput, type RunOutput } from './run-output.js';
import { attachScript, runScript } from './one-off-program.js';

/** A one-off command may take a day. */
const runMs = 24 * 3600 * 1000;
const program = ['sudo', '-n', 'sh'];

/** Somebody at a command's other end. */
export interface RunSession {
  /** Absent: the input is no terminal, and neither is the output. */
  readonly terminal?: { readonly rows: number; readonly columns: number; readonly term: string } | undefined;
  readonly stdin: NodeJS.ReadableStream;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
  /** Called once, when the command begins. */
  readonly onStart: (control: RunControl) => void;
}

/** What can be done to a command while it runs. */
export interface RunControl {
  resize(rows: number, columns: number): void;
  /** A signal's name without SIG. @throws RemoteFailure */
  signal(name: string): Promise<void>;
}

/**
 * Runs a shell command in a container of its own beside the app's, with the live release's image, slug and
 * config, over an SSH connection of its own. Resolves to its exit code; the container is gone then, also when
 * `signal` aborts.
 * @throws Conflict when nothing is deployed yet, or no node runs it, RemoteFailure when the node is lost
 */
export async function runCommand(
  parts: FormationParts,
  formation: FormationRecord,
  request: RunRequest,
  onOutput: (output: RunOutput) => void,
  signal: AbortSignal,
): Promise<number> {
  return attended(
    parts,
    await prepareRun(parts, formation, request, false),
    signal,
    async (run, connection) => {
      const [stdout, stderr] = [streamedOutput('stdout', onOutput), streamedOutput('stderr', onOutput)];
      try {
        return await exitCode(connection, {
          command: program,
          stdin: runScript({ ...run.oneOff, attach: 'output' }),
          onStdout: stdout.write,
          onStderr: stderr.write,
          deadlineMs: runMs,
          signal,
        });
      } finally {
        stdout.end();
        stderr.end();
      }
    },
  );
}

/** As runCommand, with input, and with a pseudo terminal where the session has one. */
export async function runSession(
  parts: FormationParts,
  formation: FormationRecord,
  request: RunRequest,
  session: RunSession,
  signal: AbortSignal,
): Promise<number> {
  const { terminal, stdin, onStdout, onStderr } = session;
  const prepared = await prepareRun(
    parts,
    formation,
    {
      ...request,
      environment: { ...(terminal === undefined ? {} : { TERM: terminal.term }), ...request.environment },
    },
    false,
  );
  return attended(parts, prepared, signal, async ({ oneOff, record }, connection) => {
    const script = runScript({ ...oneOff, attach: terminal ?? 'input' });
    await connection.exec({ command: program, stdin: script, deadlineMs: waits.answer, signal });
    const onStart = ({ resize }: ExecControl): void =>
      session.onStart({ resize, signal: (name) => kill(connection, record.container, name) });
    return exitCode(connection, {
      command: [...program, '-c', attachScript, 'deis-run', record.container],
      stdin,
      onStdout,
      onStderr,
      onStart,
      ...(terminal === undefined ? {} : { pty: terminal }),
      deadlineMs: runMs,
      signal,
    });
  });
}

/**
 * Starts a command and leaves it running; the controllers collect it when it has ended. @throws as runCommand
 */
export async function runDetached(
  parts: FormationParts,
  formation: FormationRecord,
  request: RunRequest,
): Promise<RunRecord> {
  const run = await prepareRun(parts, formation, request, true);
  try {
    const connection = await parts.transport.connect(runTarget(run), { deadlineMs: waits.answer });
    try {
      await connection.exec({
        command: program,
        stdin: runScript({ ...run.oneOff, attach: 'detached' }),
        deadlineMs: waits.answer,
      });
    } finally {
      await connection.close();
    }
    return run.record;
  } catch (error) {
    await removeRun(parts, run, null);
    throw error;
  }
}

/** A run with somebody at its other end: while this process lives and `work` goes on, nobody collects it. */
async function attended(
  parts: FormationParts,
  run: PreparedRun,
  signal: AbortSignal,
  work: (run: PreparedRun, connection: Connection) => Promise<number>,
): Promise<number> {
  const { runs } = parts.stores;
  const alive = setInterval(
    () => void runs.touch(run.record.id).catch(() => undefined),
    parts.settings.leaseMs / 3,
  );
  let connection: Connection | undefined;
  try {
    connection = await parts.transport.connect(runTarget(run), { deadlineMs: waits.answer, signal });
    const code = await work(run, connection);
    await runs.finish(run.record.id, code);
    return code;
  } catch (error) {
    // The client has gone, or the connection: over another one, for the command may not notice.
    await removeRun(parts, run, null);
    throw error;
  } finally {
    clearInterval(alive);
    await connection?.close();
  }
}

async function exitCode(connection: Connection, request: ExecRequest): Promise<number> {
  try {
    await connection.exec(request);
    return 0;
  } catch (error) {
    if (error instanceof RemoteFailure && error.phase === 'exit' && error.exitCode !== null)
      return error.exitCode;
    throw error;
  }
}

/** SSH's own signals reach only processes of the user that entered. */
async function kill(connection: Connection, container: string, name: string): Promise<void> {
  await connection.exec({
    command: ['sudo', '-n', 'docker', 'kill', `--signal=${name}`, container],
    deadlineMs: waits.answer,
  });
}
