import type { LogLine } from '../../../provisioner/node-commands/log-line-reader.js';
import type { LoggedContainer } from '../../../provisioner/node-commands/logs.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { sshTarget } from '../converge/converge-target.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import type { FormationLogQuery, LogQuery } from '../context/kept/log-reader.js';
import { requireSnapshot } from '../context/formation-work.js';
import { logSources } from './log-query.js';
import { mergedLines } from './merge-logs.js';
import { layerOf } from '../databag/snapshot-view.js';

/** Characters of lines that one answer holds, of all nodes together. */
const maxText = 64 * 1024 * 1024;
const empty: LogLine = { at: '', container: '', stream: 'stdout', text: '' };

/** What there is to read of nobody. */
export const noLines = { lines: [], gaps: [] } as const;

/** What reading over SSH stands on. */
export type LogParts = Pick<FormationParts, 'stores' | 'enterNode' | 'now'>;

/**
 * The newest lines of all of a formation's containers, oldest first, and a line of the controller's own for
 * each node that cannot be asked.
 */
export async function readLogs(
  parts: LogParts,
  { formation, ...query }: FormationLogQuery,
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
      const target = sshTarget(layerOf(snapshot, node), node);
      return readNode(parts, { target, containers: ofNode, query, share }, signal);
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

interface NodeRequest {
  readonly target: SshTarget;
  readonly containers: readonly LoggedContainer[];
  readonly query: LogQuery;
  /** Characters that are kept. */
  readonly share: number;
}

/** Keeps the newest lines of each stream. */
async function readNode(
  { enterNode }: LogParts,
  { target, containers, query, share }: NodeRequest,
  signal: AbortSignal,
): Promise<NodeLines> {
  const lines: LogLine[] = [];
  let [first, length] = [0, 0];
  const keep = (line: LogLine): void => {
    lines.push(line);
    length += line.text.length;
    for (; length > share && first < lines.length - 1; first += 1) {
      length -= lines[first]!.text.length;
      lines[first] = empty;
    }
  };
  const entered = await enterNode(target, { deadlineMs: waits.answer, signal });
  try {
    await entered.logs.read(containers, query, keep, { deadlineMs: waits.answer, signal });
  } finally {
    await entered.close();
  }
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
