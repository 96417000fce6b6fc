import type { Secret } from '../../../base/secret.js';
import { boxRow } from '../sealing/box-rows.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';
import type { SecretBox } from '../sealing/secret-box.js';

/** One one-off command. */
export interface RunRecord {
  /** uuid */
  readonly id: string;
  readonly formationId: number;
  /** `run.1`, `run.2`, ... */
  readonly num: number;
  readonly nodeId: string;
  /** Of the Docker container. */
  readonly container: string;
  readonly command: Secret;
  readonly detached: boolean;
  readonly requestedBy: number | null;
  readonly createdAt: Date;
  /** Null while it runs, and when nobody saw it end. */
  readonly exitCode: number | null;
  /** Its container is gone. A detached one that has ended keeps its container, for its log, a while. */
  readonly finishedAt: Date | null;
}

export type NewRun = Pick<
  RunRecord,
  'id' | 'formationId' | 'nodeId' | 'container' | 'command' | 'detached' | 'requestedBy'
>;

const commandPlace = 'runs.command_encrypted';
const plain = {
  id: 'id',
  formationId: 'formation_id',
  num: 'num',
  nodeId: 'node_id',
  container: 'container',
  detached: 'detached',
  requestedBy: 'requested_by',
  createdAt: 'created_at',
  exitCode: 'exit_code',
  finishedAt: 'finished_at',
} as const;
const columns = { ...plain, sealed: 'command_encrypted' } as const;
const selected = Object.entries(columns).map(([field, column]) => `${column} as ${field}`);

/** A run whose container may exist. */
export interface RunPlace {
  readonly formation: string;
  readonly num: number;
  /** It runs no more, and its container is kept a while, for its log. */
  readonly ended: boolean;
}

type Row = Omit<RunRecord, 'command'> & { readonly sealed: Buffer };

/** One-off commands: which there are, and whether somebody still looks after them. */
export class RunStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Numbered after the formation's newest; belongs under the formation's lock. */
  async insert({ command, ...run }: NewRun): Promise<RunRecord> {
    const newest = await this.#table()
      .where({ formation_id: run.formationId })
      .max<{ max: number | null }[]>('num');
    const rows = await this.#table()
      .insert({
        id: run.id,
        formation_id: run.formationId,
        num: (newest[0]?.max ?? 0) + 1,
        node_id: run.nodeId,
        container: run.container,
        command_encrypted: this.box.seal(command, commandPlace, boxRow(run.formationId, run.id)),
        detached: run.detached,
        requested_by: run.requestedBy,
      })
      .returning(selected);
    return this.#open(rows[0] as Row);
  }

  /** Somebody still looks after it. */
  async touch(id: string): Promise<void> {
    await this.#table().where({ id }).update({ seen_at: this.database.fn.now() });
  }

  async setExitCode(id: string, exitCode: number): Promise<void> {
    await this.#table().where({ id }).update({ exit_code: exitCode });
  }

  /** Its container is gone. */
  async finish(id: string, exitCode: number | null): Promise<void> {
    await this.#table()
      .where({ id, finished_at: null })
      .update({ finished_at: this.database.fn.now(), ...(exitCode === null ? {} : { exit_code: exitCode }) });
  }

  async byId(id: string): Promise<RunRecord | undefined> {
    const row = await this.#table().where({ id }).first<Row | undefined>(selected);
    return row && this.#open(row);
  }

  async byNum(formationId: number, num: number): Promise<RunRecord | undefined> {
    const row = await this.#table()
      .where({ formation_id: formationId, num })
      .first<Row | undefined>(selected);
    return row && this.#open(row);
  }

  /** Newest first. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<RunRecord>> {
    const order = { keys: [{ column: 'num', type: 'bigint' as const }], descending: true };
    const { items, ...page } = await readPage<Row>(
      this.database,
      { rows: this.#table().where({ formation_id: formationId }), columns: selected, order },
      request,
    );
    return { ...page, items: items.map((row) => this.#open(row)) };
  }

  /** Those whose containers may exist. */
  async unfinishedOfFormation(formationId: number): Promise<RunRecord[]> {
    return this.#all({ formation_id: formationId, finished_at: null });
  }

  /**
   * The formation's whose containers may exist, oldest first. Not those on nodes that are lost: these take no new ones,
   * and nobody can remove what is there.
   */
  async placesOfFormation(formationId: number): Promise<RunPlace[]> {
    return this.#places({ 'runs.formation_id': formationId });
  }

  /**
   * As placesOfFormation, of all formations in which the user has begun one; no other transaction reads that user's
   * until this one ends.
   */
  async lockPlacesOfUser(userId: number): Promise<RunPlace[]> {
    const key = `deis:one-off commands of user ${userId}`;
    await this.database.raw('select pg_advisory_xact_lock(hashtextextended(:key, 0))', { key });
    return this.#places({ 'runs.requested_by': userId });
  }

  /** Attached ones that nobody has looked after for so long, of all formations. */
  async leftBehind(ms: number): Promise<RunRecord[]> {
    return this.#all({ finished_at: null, detached: false }, ms);
  }

  /** Detached ones whose containers may exist, of all formations. */
  async detached(): Promise<RunRecord[]> {
    return this.#all({ finished_at: null, detached: true });
  }

  async #all(where: Readonly<Record<string, unknown>>, unseenMs = 0): Promise<RunRecord[]> {
    const unseen = `seen_at <= now() - ? * interval '1 millisecond'`;
    return (
      await this.#table().where(where).whereRaw(unseen, [unseenMs]).orderBy('num').select<Row[]>(selected)
    ).map((row) => this.#open(row));
  }

  async #places(whose: Readonly<Record<string, number>>): Promise<RunPlace[]> {
    const rows = await this.#table()
      .join('nodes', 'nodes.id', 'runs.node_id')
      .join('formations', 'formations.id', 'runs.formation_id')
      .where({ ...whose, 'runs.finished_at': null })
      .whereNot('nodes.status', 'lost')
      .orderBy(['runs.created_at', 'runs.num'])
      .select<(Omit<RunPlace, 'ended'> & { readonly exitCode: number | null })[]>({
        formation: 'formations.name',
        num: 'runs.num',
        exitCode: 'runs.exit_code',
      });
    return rows.map(({ exitCode, ...place }) => ({ ...place, ended: exitCode !== null }));
  }

  #open({ sealed, ...row }: Row): RunRecord {
    return { ...row, command: this.box.open(sealed, commandPlace, boxRow(row.formationId, row.id)) };
  }

  #table() {
    return this.database('runs');
  }
}
