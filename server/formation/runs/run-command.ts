import type { EnteredNode } from '../../../provisioner/node-commands/node-commands.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { RunRecord } from '../../store/app/run-store.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { prepareRun, type PreparedRun, type RunRequest } from './prepare-run.js';
import { removeRun, runTarget } from './remove-run.js';
import { streamedOutput, type RunOutput } from './run-output.js';

/** A one-off command may take a day. */
const runMs = 24 * 3600 * 1000;

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
    async ({ oneOff }, node) => {
      const [stdout, stderr] = [streamedOutput('stdout', onOutput), streamedOutput('stderr', onOutput)];
      try {
        return await node.oneOffs.run(oneOff, {
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
  return attended(parts, prepared, signal, async ({ oneOff, record }, { oneOffs }) => {
    const { container } = record;
    await oneOffs.create(oneOff, terminal ?? 'input', { deadlineMs: waits.answer, signal });
    return oneOffs.attach(container, {
      stdin,
      onStdout,
      onStderr,
      terminal,
      onStart: ({ resize }) =>
        session.onStart({
          resize,
          signal: (name) => oneOffs.signal(container, name, { deadlineMs: waits.answer }),
        }),
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
    const node = await parts.enterNode(runTarget(run), { deadlineMs: waits.answer });
    try {
      await node.oneOffs.start(run.oneOff, { deadlineMs: waits.answer });
    } finally {
      await node.close();
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
  work: (run: PreparedRun, node: EnteredNode) => Promise<number>,
): Promise<number> {
  const { runs } = parts.stores;
  const alive = setInterval(
    () => void runs.touch(run.record.id).catch(() => undefined),
    parts.settings.leaseMs / 3,
  );
  let node: EnteredNode | undefined;
  try {
    node = await parts.enterNode(runTarget(run), { deadlineMs: waits.answer, signal });
    const code = await work(run, node);
    await runs.finish(run.record.id, code);
    return code;
  } catch (error) {
    // The client has gone, or the connection: over another one, for the command may not notice.
    await removeRun(parts, run, null);
    throw error;
  } finally {
    clearInterval(alive);
    await node?.close();
  }
}
