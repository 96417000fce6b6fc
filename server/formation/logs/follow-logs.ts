import type { EnteredNode } from '../../../provisioner/node-commands/node-commands.js';
import { waitUntil } from '../../../base/wait-until.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { RunRecord } from '../../store/app/run-store.js';
import type { Stores } from '../../store/stores.js';
import { sshTarget } from '../converge/converge-target.js';
import { waits } from '../context/deadlines.js';
import type { KeptLines } from '../context/kept/kept-lines.js';
import type { FormationLogQuery, LogQuery } from '../context/kept/log-reader.js';
import { gapLine, noLines, readLogs, type LogParts } from './fetch-logs.js';
import { requireSnapshot } from '../context/formation-work.js';
import { logSources, type LogSource } from './log-query.js';
import { KeptFeed, readKeptLines } from './kept-feed.js';
import { formatLogLine, linesBeside, mergedLines, type ShownLine } from './merge-logs.js';
import { layerOf } from '../databag/snapshot-view.js';
import { SharedLook } from './shared-look.js';

/**
 * How often it is looked which containers there are: a new one's first line is on the screen within a second.
 */
const watchMs = 500;
/** Followers of one formation look together: a look serves all that come before the next. */
const freshMs = 400;
const dayMs = 24 * 3600 * 1000;
/** Clocks of nodes and of the controller may differ so much. */
const skewMs = 5_000;

/**
 * Gives the newest lines and then every further one as it comes, until `signal` aborts or a day has passed:
 * from all nodes, with new containers as they start and without a gap. A node that cannot be reached is named
 * once in a line of the controller's own, asked again, and its lines come later. @param kept what the log
 * server stores, which nodes that are gone have sent; a line that comes both ways is given once
 */
export async function followLogs(
  parts: LogParts,
  query: FormationLogQuery,
  onLine: (line: string) => void,
  signal: AbortSignal,
  kept?: KeptLines,
): Promise<void> {
  const { formation } = query;
  const startedAt = parts.now();
  const place = new LogCursor(query, onLine, new Date(startedAt.getTime() - skewMs));
  const feed = kept && new KeptFeed(kept, query, place, signal);
  await feed?.begin();
  const [{ lines, gaps }, keptLines] = await Promise.all([
    query.source === 'deis' ? noLines : readLogs(parts, query, signal),
    kept === undefined ? [] : readKeptLines(kept, query, signal),
  ]);
  place.begin(mergedLines([linesBeside(keptLines, lines), lines], query.lines));
  gaps.forEach(onLine);
  feed?.go();
  const nodes = new Map<string, NodeFollower>();
  const look = async (): Promise<undefined> => {
    const { snapshot, runs } = await looksOf(parts.stores).at(formation.id);
    const sources = query.source === 'deis' ? [] : logSources(snapshot, runs, query);
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
    await waitUntil(look, { deadlineMs: dayMs, intervalMs: watchMs, what: 'the end of the logs', signal });
  } finally {
    await Promise.all([...nodes.values()].map((follower) => follower.close()));
  }
}

interface LookedAt {
  readonly snapshot: FormationSnapshot;
  readonly runs: readonly RunRecord[];
}

const looks = new WeakMap<Stores, SharedLook<number, LookedAt>>();

/** Of each database one. */
function looksOf(stores: Stores): SharedLook<number, LookedAt> {
  const look = async (formationId: number): Promise<LookedAt> => ({
    snapshot: await requireSnapshot(stores, formationId),
    runs: await stores.runs.unfinishedOfFormation(formationId),
  });
  const shared = looks.get(stores) ?? new SharedLook(look, freshMs);
  looks.set(stores, shared);
  return shared;
}

/** How far each stream of each container was read, whatever comes twice. */
class LogCursor {
  readonly #last = new Map<string, string>();
  /** Per process, of both streams. */
  readonly #newest = new Map<string, string>();

  constructor(
    private readonly query: LogQuery,
    private readonly onLine: (line: string) => void,
    private readonly from: Date,
  ) {}

  /** Where to go on: a little before the last line seen, because the other stream may lag behind. */
  since({ process }: LogSource): string {
    const newest = Date.parse(this.#newest.get(process) ?? '');
    return Number.isNaN(newest) ? this.from.toISOString() : new Date(newest - skewMs).toISOString();
  }

  /** Lines that there are already; what is older of their containers was left out on purpose. */
  begin(lines: readonly ShownLine[]): void {
    for (const line of lines) this.take(line);
    for (const { container, at } of lines)
      for (const stream of ['stdout', 'stderr']) this.#last.set(`${container} ${stream}`, at);
  }

  take(line: ShownLine): void {
    const stream = `${line.container} ${line.stream}`;
    const last = this.#last.get(stream);
    // Docker's times are nanoseconds, and sort as text.
    if (last !== undefined && line.at <= last) return;
    this.#last.set(stream, line.at);
    if (line.at > (this.#newest.get(line.container) ?? '')) this.#newest.set(line.container, line.at);
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
  #connection: Promise<EnteredNode> | undefined;
  #isDown = false;

  constructor(
    private readonly parts: LogParts,
    private readonly place: LogCursor,
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
    this.#connection ??= this.parts.enterNode(sshTarget(layerOf(snapshot, node), node), {
      deadlineMs: waits.answer,
      signal: this.signal,
    });
    const entered = await this.#connection;
    this.#isDown = false;
    const containers = sources.map((source) => ({ ...source, since: this.place.since(source) }));
    await entered.logs.follow(containers, (line) => this.place.take(line), {
      deadlineMs: dayMs,
      signal: this.signal,
    });
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

  #forget(connection: Promise<EnteredNode>, isOpen: boolean): void {
    if (!isOpen && this.#connection === connection) this.#connection = undefined;
  }
}
