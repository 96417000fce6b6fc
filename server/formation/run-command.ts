import { Conflict, RemoteFailure } from '../../cookbooks/errors.js';
import type { Secret } from '../../cookbooks/secret.js';
import type { Connection } from '../../provisioner/ssh/transport.js';
import type { FormationSnapshot } from '../store/formation-snapshot.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { NodeRecord } from '../store/node-store.js';
import { databagRelease } from './databag-release.js';
import { sshTarget } from './converge-target.js';
import { deadlines } from './deadlines.js';
import type { FormationParts } from './formation-parts.js';
import { requireSnapshot } from './formation-run.js';
import { streamedOutput, type RunOutput } from './run-output.js';
import { runScript } from './run-script.js';
import { layerOf, liveRelease, readyNodes } from './snapshot-view.js';

/** A one-off command may take a day. */
const runMs = 24 * 3600 * 1000;
const program = ['sudo', '-n', 'sh'];

/**
 * Runs a shell command in a container of its own beside the app's, with the live release's image, slug and config, over an SSH
 * connection of its own. Resolves to its exit code; the container is gone then, also when `signal` aborts.
 * @throws Conflict when nothing is deployed yet, or no node runs it, RemoteFailure when the node is lost
 */
export async function runCommand(parts: FormationParts, formation: FormationRecord, command: string, onOutput: (output: RunOutput) => void, signal: AbortSignal): Promise<number> {
  const snapshot = await requireSnapshot(parts.stores, formation.id);
  const live = liveRelease(snapshot);
  const release = live && databagRelease(live);
  if (live === undefined || !release?.build) throw new Conflict('nothing is deployed yet: push code with `git push deis master` first');
  const node = chooseNode(snapshot, live.id);
  const name = `${formation.name}-run-${parts.newId().slice(0, 8)}`;
  const connection = await parts.transport.connect(sshTarget(layerOf(snapshot, node), node), { deadlineMs: deadlines.answer, signal });
  try {
    return await follow(connection, runScript({ formation: formation.name, release: { ...release, build: release.build }, name, command }), onOutput, signal);
  } catch (error) {
    await removeContainer(parts, snapshot, node, name);
    throw error;
  } finally {
    await connection.close();
  }
}

/** The node that has fewest containers, of those that have the release: its slug lies there. */
function chooseNode(snapshot: FormationSnapshot, releaseId: number): NodeRecord {
  const count = (node: NodeRecord): number => snapshot.containers.filter(({ nodeId }) => nodeId === node.id).length;
  const has = (node: NodeRecord): boolean => snapshot.containers.some((container) => container.nodeId === node.id && container.releaseId === releaseId && container.state === 'serving');
  const [node] = readyNodes(snapshot, 'runtime').filter(has).sort((a, b) => count(a) - count(b));
  if (node === undefined) throw new Conflict('no node runs the live release: scale it up with `deis scale web=1` first');
  return node;
}

async function follow(connection: Connection, script: Secret, onOutput: (output: RunOutput) => void, signal: AbortSignal): Promise<number> {
  const [stdout, stderr] = [streamedOutput('stdout', onOutput), streamedOutput('stderr', onOutput)];
  try {
    await connection.exec({ command: program, stdin: script, onStdout: stdout.write, onStderr: stderr.write, deadlineMs: runMs, signal });
    return 0;
  } catch (error) {
    if (error instanceof RemoteFailure && error.phase === 'exit' && error.exitCode !== null) return error.exitCode;
    throw error;
  } finally {
    stdout.end();
    stderr.end();
  }
}

/** The client has gone, or the connection: over another one, for the command may not notice. Where that fails, too, the node is lost with it. */
async function removeContainer(parts: FormationParts, snapshot: FormationSnapshot, node: NodeRecord, name: string): Promise<void> {
  try {
    const connection = await parts.transport.connect(sshTarget(layerOf(snapshot, node), node), { deadlineMs: deadlines.answer });
    try {
      await connection.exec({ command: ['sudo', '-n', 'docker', 'rm', '-f', name], deadlineMs: deadlines.answer });
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error;
  }
}
