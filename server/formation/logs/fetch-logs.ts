import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { NodeRecord } from '../../store/node-store.js';
import { sshTarget } from '../converge/converge-target.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { logSources, readScript, type LogQuery } from './log-query.js';
import { LogReader } from './log-reader.js';
import { mergeLogs, mergedLines, type LogLine } from './merge-logs.js';
import { layerOf } from '../databag/snapshot-view.js';

/** Characters of lines that one answer holds, of all nodes together. */
const maxText = 64 * 1024 * 1024;
const empty: LogLine = { at: '', container: '', stream: 'stdout', text: '' };

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
  const share = Math.floor(maxText / Math.max(1, nodes.length));
  const answers = await Promise.allSettled(
    nodes.map((node) => {
      const ofNode = sources.filter(({ nodeId }) => nodeId === node.id);
      return readNode(
        parts,
        sshTarget(layerOf(snapshot, node), node),
        readScript(ofNode, query),
        share,
        signal,
      );
    }),
  );
  signal.throwIfAborted();
  const gaps = answers.flatMap((answer, index) =>
    answer.status === 'rejected'
      ? [gapLine(parts, nodes[index]!, answer.reason)]
      : answer.value.isWhole
        ? []
        : [leftOutLine(parts, nodes[index]!)],
  );
  return { lines: wantedLines(answers, query), gaps };
}

/** The text is looked at once more: what Docker puts between the parts of a long line is none of it. */
function wantedLines(answers: readonly PromiseSettledResult<NodeLines>[], query: LogQuery): LogLine[] {
  const { grep } = query;
  return mergedLines(
    answers.map((answer) =>
      answer.status === 'rejected'
        ? []
        : answer.value.lines.filter(({ text }) => grep === undefined || text.includes(grep)),
    ),
    query.lines,
  );
}

interface NodeLines {
  readonly lines: readonly LogLine[];
  /** Nothing was left out for its length. */
  readonly isWhole: boolean;
}

/** Keeps the newest lines of each stream, `most` characters in all. */
async function readNode(
  { transport }: FormationParts,
  target: SshTarget,
  script: string,
  most: number,
  signal: AbortSignal,
): Promise<NodeLines> {
  const lines: LogLine[] = [];
  let [first, length] = [0, 0];
  const reader = new LogReader((line) => {
    lines.push(line);
    length += line.text.length;
    for (; length > most && first < lines.length - 1; first += 1) {
      length -= lines[first]!.text.length;
      lines[first] = empty;
    }
  });
  const connection = await transport.connect(target, { deadlineMs: waits.answer, signal });
  try {
    await connection.exec({
      command: ['sudo', '-n', 'sh'],
      stdin: script,
      onStdout: (chunk) => reader.feed(chunk),
      deadlineMs: waits.answer,
      signal,
    });
  } finally {
    await connection.close();
  }
  reader.end();
  return { lines: lines.slice(first), isWhole: first === 0 };
}

function leftOutLine({ now }: Pick<FormationParts, 'now'>, { name }: Pick<NodeRecord, 'name'>): string {
  return (
    `${now().toISOString()} deis[controller]: older lines of ${name} are left out: with them the answer ` +
    'would be too long'
  );
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
