import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { NodeRecord } from '../../store/node-store.js';
import { sshTarget } from '../converge/converge-target.js';
import { deadlines } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-run.js';
import { logSources, readScript, type LogQuery } from './log-query.js';
import { mergeLogs, mergedLines, parseLogLines, type LogLine } from './merge-logs.js';
import { layerOf } from '../databag/snapshot-view.js';

/**
 * The newest lines of all of a formation's containers, oldest first; a node that cannot be asked is named in
 * a line of the controller's own.
 */
export async function fetchLogs(
  parts: FormationParts,
  formation: FormationRecord,
  query: LogQuery,
  signal: AbortSignal,
): Promise<string[]> {
  const { lines, gaps } = await readLogs(parts, formation, query, signal);
  return [...mergeLogs([lines], query.lines), ...gaps];
}

/** As fetchLogs, in parts. */
export async function readLogs(
  parts: FormationParts,
  formation: FormationRecord,
  query: LogQuery,
  signal: AbortSignal,
): Promise<{ readonly lines: readonly LogLine[]; readonly gaps: readonly string[] }> {
  const snapshot = await requireSnapshot(parts.stores, formation.id);
  const sources = logSources(snapshot, await parts.stores.runs.unfinishedOfFormation(formation.id), query);
  const nodes = snapshot.nodes.filter(
    ({ id, address }) => address !== null && sources.some(({ nodeId }) => nodeId === id),
  );
  const answers = await Promise.allSettled(
    nodes.map(async (node) => {
      const ofNode = sources.filter(({ nodeId }) => nodeId === node.id);
      return readNodeLogs(parts, sshTarget(layerOf(snapshot, node), node), readScript(ofNode, query), signal);
    }),
  );
  signal.throwIfAborted();
  const gaps = answers.flatMap((answer, index) =>
    answer.status === 'rejected' ? [gapLine(parts, nodes[index]!, answer.reason)] : [],
  );
  return {
    lines: mergedLines(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
      query.lines,
    ),
    gaps,
  };
}

/** The lines that `script` reads on one node. */
async function readNodeLogs(
  { transport }: Pick<FormationParts, 'transport'>,
  target: SshTarget,
  script: string,
  signal: AbortSignal,
): Promise<LogLine[]> {
  const { answer: deadlineMs } = deadlines;
  const connection = await transport.connect(target, { deadlineMs, signal });
  try {
    const command = ['sudo', '-n', 'sh'];
    const { stdout } = await connection.exec({ command, stdin: script, deadlineMs, signal });
    return parseLogLines(stdout);
  } finally {
    await connection.close();
  }
}

/** Says where lines may be missing. */
export function gapLine(
  { now }: Pick<FormationParts, 'now'>,
  { name }: Pick<NodeRecord, 'name'>,
  reason: unknown,
): string {
  return (
    `${now().toISOString()} deis[controller]: no logs of ${name}: ` +
    `${reason instanceof Error ? reason.message : String(reason)}`
  );
}
