import type { FormationRecord } from '../store/formation-store.js';
import type { NodeRecord } from '../store/node-store.js';
import { sshTarget } from './converge-target.js';
import { deadlines } from './deadlines.js';
import type { FormationParts } from './formation-parts.js';
import { requireSnapshot } from './formation-run.js';
import { logSources, readScript, type LogQuery } from './log-query.js';
import { mergeLogs, mergedLines, parseLogLines, type LogLine } from './merge-logs.js';
import { layerOf } from './snapshot-view.js';

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
      const connection = await parts.transport.connect(sshTarget(layerOf(snapshot, node), node), {
        deadlineMs: deadlines.answer,
        signal,
      });
      try {
        const script = readScript(
          sources.filter(({ nodeId }) => nodeId === node.id),
          query,
        );
        return parseLogLines(
          (
            await connection.exec({
              command: ['sudo', '-n', 'sh'],
              stdin: script,
              deadlineMs: deadlines.answer,
              signal,
            })
          ).stdout,
        );
      } finally {
        await connection.close();
      }
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
