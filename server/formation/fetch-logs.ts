import { containerName } from '../../cookbooks/deis/definitions/app-container.js';
import { shellQuote } from '../../provisioner/ssh/shell-quote.js';
import type { FormationSnapshot } from '../store/formation-snapshot.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { NodeRecord } from '../store/node-store.js';
import { sshTarget } from './converge-target.js';
import { deadlines } from './deadlines.js';
import type { FormationParts } from './formation-parts.js';
import { requireSnapshot } from './formation-run.js';
import { mergeLogs, parseLogLines, type LogLine } from './merge-logs.js';
import { layerOf, nodesOfKind, releaseOf } from './snapshot-view.js';

/** The newest lines of all of a formation's containers, oldest first; a node that cannot be asked is named in a line of the controller's own. */
export async function fetchLogs(parts: FormationParts, formation: FormationRecord, lines: number, signal: AbortSignal): Promise<string[]> {
  const snapshot = await requireSnapshot(parts.stores, formation.id);
  const nodes = nodesOfKind(snapshot, 'runtime').filter(({ id, address }) => address !== null && snapshot.containers.some(({ nodeId }) => nodeId === id));
  const answers = await Promise.allSettled(nodes.map((node) => logsOfNode(parts, snapshot, node, lines, signal)));
  signal.throwIfAborted();
  const gaps = answers.flatMap((answer, index) => (answer.status === 'rejected' ? [`${parts.now().toISOString()} deis[controller]: no logs of ${nodes[index]!.name}: ${messageOf(answer.reason)}`] : []));
  return [...mergeLogs(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : [])), lines), ...gaps];
}

async function logsOfNode(parts: FormationParts, snapshot: FormationSnapshot, node: NodeRecord, lines: number, signal: AbortSignal): Promise<LogLine[]> {
  const connection = await parts.transport.connect(sshTarget(layerOf(snapshot, node), node), { deadlineMs: deadlines.answer, signal });
  try {
    const { stdout } = await connection.exec({ command: ['sudo', '-n', 'sh'], stdin: logScript(snapshot, node, lines), deadlineMs: deadlines.answer, signal });
    return parseLogLines(stdout);
  } finally {
    await connection.close();
  }
}

/** One compound command; containers that are not there (any more) say nothing. */
function logScript(snapshot: FormationSnapshot, node: NodeRecord, lines: number): string {
  const containers = snapshot.containers.filter(({ nodeId }) => nodeId === node.id);
  const commands = containers.map(({ type, num, port, releaseId }) => {
    const name = containerName({ id: snapshot.formation.name }, { type, num, port, release: releaseOf(snapshot, releaseId).version, node: node.name, state: 'serving' });
    return `docker inspect ${shellQuote([name])} >/dev/null 2>&1 && docker logs --timestamps --tail ${lines} ${shellQuote([name])} 2>&1 | sed ${shellQuote([`s/^/${type}.${num} /`])}`;
  });
  return `{\n${[...commands, 'exit 0'].join('\n')}\n}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
