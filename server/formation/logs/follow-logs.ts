import { StringDecoder } from 'node:string_decoder';
import { PassThrough } from 'node:stream';
import type { Connection } from '../../../provisioner/ssh/transport.js';
import { waitUntil } from '../../../base/wait-until.js';
import type { FormationSnapshot } from '../../store/formation-snapshot.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { NodeRecord } from '../../store/node-store.js';
import { sshTarget } from '../converge/converge-target.js';
import { deadlines } from '../context/deadlines.js';
import { gapLine, readLogs } from './fetch-logs.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-run.js';
import { followScript, logSources, type LogQuery, type LogSource } from './log-query.js';
import { formatLogLine, parseLogLines, type LogLine } from './merge-logs.js';
import { layerOf } from '../databag/snapshot-view.js';

/**
 * How often it is looked which containers there are: a new one's first line is on the screen within a second.
 */
const lookMs = 500;
const dayMs = 24 * 3600 * 1000;
/** Clocks of nodes and of the controller may differ so much. */
const skewMs = 5_000;

/**
 * Gives the newest lines and then every further one as it comes, until `signal` aborts or a day has passed:
 * from all nodes, with new containers as they start and without a gap. A node that cannot be reached is named
 * once in a line of the controller's own, asked again, and its lines come later.
 */
export async function followLogs(
  parts: FormationParts,
  formation: FormationRecord,
  query: LogQuery,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = parts.now();
  const { lines, gaps } = await readLogs(parts, formation, query, signal);
  const place = new LogPlace(query, onLine, new Date(startedAt.getTime() - skewMs));
  for (const line of lines) place.take(line);
  gaps.forEach(onLine);
  const nodes = new Map<string, NodeFollower>();
  const look = async (): Promise<undefined> => {
    const snapshot = await requireSnapshot(parts.stores, formation.id);
    const sources = logSources(snapshot, await parts.stores.runs.unfinishedOfFormation(formation.id), query);
    for (const node of snapshot.nodes.filter(({ address }) => address !== null)) {
      const follower = nodes.get(node.id) ?? new NodeFollower(parts, place, signal);
      nodes.set(node.id, follower);
      follower.follow(
        snapshot,
        node,
        sources.filter(({ nodeId }) => nodeId === node.id),
      );
    }
    return undefined;
  };
  try {
    await waitUntil(look, { deadlineMs: dayMs, intervalMs: lookMs, what: 'the end of the logs', signal });
  } finally {
    await Promise.all([...nodes.values()].map((follower) => follower.close()));
  }
}

/** How far each container's log was read, whatever comes twice. */
class LogPlace {
  readonly #last = new Map<string, string>();

  constructor(
    private readonly query: LogQuery,
    private readonly onLine: (line: string) => void,
    private readonly from: Date,
  ) {}

  /** Where to go on: with the last line seen, which is known then. */
  since({ process }: LogSource): string {
    return this.#last.get(process) ?? this.from.toISOString();
  }

  take(line: LogLine): void {
    const last = this.#last.get(line.container);
    // Docker's times are nanoseconds, and sort as text.
    if (last !== undefined && line.at <= last) return;
    this.#last.set(line.container, line.at);
    if (this.query.grep === undefined || line.text.includes(this.query.grep))
      this.onLine(formatLogLine(line));
  }

  say(line: string): void {
    this.onLine(line);
  }
}

/**
 * One node: a connection of its own, and a follower there for each set of containers that came up together.
 */
class NodeFollower {
  readonly #followed = new Set<string>();
  #connection: Promise<Connection> | undefined;
  #isDown = false;

  constructor(
    private readonly parts: FormationParts,
    private readonly place: LogPlace,
    private readonly signal: AbortSignal,
  ) {}

  /** Follows those that are not followed yet. */
  follow(snapshot: FormationSnapshot, node: NodeRecord, sources: readonly LogSource[]): void {
    const fresh = sources.filter(({ name }) => !this.#followed.has(name));
    if (fresh.length === 0) return;
    for (const { name } of fresh) this.#followed.add(name);
    this.#run(snapshot, node, fresh)
      .catch((error: unknown) => this.#lost(node, error))
      .finally(() => fresh.forEach(({ name }) => this.#followed.delete(name)));
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  async #run(snapshot: FormationSnapshot, node: NodeRecord, sources: readonly LogSource[]): Promise<void> {
    this.#connection ??= this.parts.transport.connect(sshTarget(layerOf(snapshot, node), node), {
      deadlineMs: deadlines.answer,
      signal: this.signal,
    });
    const connection = await this.#connection;
    this.#isDown = false;
    const decoder = new StringDecoder('utf8');
    let rest = '';
    const onStdout = (chunk: Buffer): void => {
      const text = rest + decoder.write(chunk);
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      for (const line of parseLogLines(text.slice(0, end))) this.place.take(line);
    };
    // Its input stays open for as long as somebody listens.
    const stdin = new PassThrough();
    const command = ['sudo', '-n', 'sh', '-c', followScript(sources, (source) => this.place.since(source))];
    await connection.exec({ command, stdin, onStdout, deadlineMs: dayMs, signal: this.signal });
  }

  #lost(node: NodeRecord, error: unknown): void {
    const connection = this.#connection;
    void connection?.then(
      (open) => this.#forget(connection, open.isOpen),
      () => this.#forget(connection, false),
    );
    const isEnd = error instanceof Error && 'phase' in error && error.phase === 'exit';
    if (this.signal.aborted || this.#isDown || isEnd) return;
    this.#isDown = true;
    this.place.say(gapLine(this.parts, node, error));
  }

  #forget(connection: Promise<Connection>, isOpen: boolean): void {
    if (!isOpen && this.#connection === connection) this.#connection = undefined;
  }
}
