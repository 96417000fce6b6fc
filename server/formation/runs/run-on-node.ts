import { Conflict } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import { sshTarget } from '../converge/converge-target.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { nodeAndLayer } from '../nodes/replace-node.js';
import { streamedOutput, type RunOutput } from './run-output.js';

const maxMs = 24 * 3600 * 1000;

/**
 * Runs a shell command on a node itself, as the user that SSH enters as, over a connection of its own.
 * Resolves to its exit code.
 * @throws NotFound; Conflict for a node without an address; RemoteFailure when the node is lost or `signal`
 * aborts
 */
export async function runOnNode(
  parts: FormationParts,
  formation: FormationRecord,
  name: string,
  command: string,
  onOutput: (output: RunOutput) => void,
  signal: AbortSignal,
): Promise<number> {
  const { node, layer } = await nodeAndLayer(parts.stores, formation, name);
  if (node.address === null) throw new Conflict(`${name} has no address yet: it is ${node.status}`);
  const entered = await parts.enterNode(sshTarget(layer, node), { deadlineMs: waits.answer, signal });
  const [stdout, stderr] = [streamedOutput('stdout', onOutput), streamedOutput('stderr', onOutput)];
  try {
    return await entered.host.run(command, {
      onStdout: stdout.write,
      onStderr: stderr.write,
      deadlineMs: maxMs,
      signal,
    });
  } finally {
    stdout.end();
    stderr.end();
    await entered.close();
  }
}
