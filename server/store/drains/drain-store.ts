import type { Secret } from '../../../base/secret.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { byName, readPage, type Page, type PageRequest } from '../page.js';
import { boxRow } from '../sealing/box-rows.js';
import type { SecretBox } from '../sealing/secret-box.js';
import { conflictWhenTaken } from '../violations.js';

/** How lines are sent. */
export type DrainType = 'syslog' | 'syslog-tls' | 'https' | 'loki';

/** A drain as people see it: without what could be secret. */
export interface DrainRecord {
  readonly id: number;
  /** Null: of the controller. */
  readonly formationId: number | null;
  readonly name: string;
  /** `d.` and a uuid: names it to its sink. */
  readonly token: string;
  readonly type: DrainType;
  /** Its URL without user, password, path and query. */
  readonly shown: string;
  readonly createdAt: Date;
  /** Lines that its sink has taken, and lines that it never gets. */
  readonly sent: number;
  readonly unsent: number;
  /** Bytes of stored lines that wait. */
  readonly backlog: number;
  readonly lastSentAt: Date | null;
  /** Null once lines went through again. */
  readonly lastError: string | null;
  readonly lastErrorAt: Date | null;
  readonly nextAttemptAt: Date | null;
}

export type NewDrain = Pick<DrainRecord, 'formationId' | 'name' | 'token' | 'type' | 'shown'> & {
  readonly url: Secret;
};

/** How far a drain has got with the lines of one formation. */
export interface DrainPosition {
  /** Names a file by its first line. */
  readonly segment: string;
  /** Bytes of that file: where its reading begins, and up to where its lines were sent. */
  readonly readFrom: number;
  readonly sentTo: number;
  /** It was put aside, and all of its lines were sent. */
  readonly isWhole: boolean;
  /** Lines that were not sent, of which the sink has not been told; `skippedMore`: and more, not counted. */
  readonly skipped: number;
  readonly skippedMore: boolean;
}

/** What a delivery has changed. */
export interface DrainProgress {
  readonly sent: number;
  readonly unsent: number;
  readonly backlog: number;
  /** Null: nothing went through. */
  readonly lastSentAt: Date | null;
}

interface PositionRow extends DrainPosition {
  readonly drainId: number;
  readonly formationId: number;
}

const columns: Columns<DrainRecord> = {
  id: 'id',
  formationId: 'formation_id',
  name: 'name',
  token: 'token',
  type: 'type',
  shown: 'shown',
  createdAt: 'created_at',
  sent: 'sent',
  unsent: 'unsent',
  backlog: 'backlog',
  lastSentAt: 'last_sent_at',
  lastError: 'last_error',
  lastErrorAt: 'last_error_at',
  nextAttemptAt: 'next_attempt_at',
};
const positionColumns: Columns<PositionRow> = {
  drainId: 'drain_id',
  formationId: 'formation_id',
  segment: 'segment',
  readFrom: 'read_from',
  sentTo: 'sent_to',
  isWhole: 'is_whole',
  skipped: 'skipped',
  skippedMore: 'skipped_more',
};
const urlPlace = 'drains.url_encrypted';

/** Drains of formations, and of the controller (null in the place of a formation's id). */
export class DrainStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** @throws Conflict when there is one of this name */
  async insert({ url, ...drain }: NewDrain): Promise<DrainRecord> {
    const sealed = this.box.seal(url, urlPlace, boxRow(drain.token));
    const row = { ...toRow<DrainRecord>(columns, drain), url_encrypted: sealed };
    const rows = await conflictWhenTaken(
      this.#table().insert(row).returning(aliased(columns)),
      `there is a drain named ${drain.name} already`,
    );
    return rows[0] as DrainRecord;
  }

  async names(formationId: number | null): Promise<string[]> {
    return this.#of(formationId).pluck<string[]>('name');
  }

  /** By name. */
  async page(formationId: number | null, request: PageRequest): Promise<Page<DrainRecord>> {
    const listing = {
      rows: this.#of(formationId),
      columns: aliased(columns),
      order: byName,
    } as const;
    return readPage<DrainRecord>(this.database, listing, request);
  }

  async byName(formationId: number | null, name: string): Promise<DrainRecord | undefined> {
    return this.#of(formationId).where({ name }).first<DrainRecord | undefined>(aliased(columns));
  }

  /** False when there is none of this name. */
  async delete(formationId: number | null, name: string): Promise<boolean> {
    return (await this.#of(formationId).where({ name }).delete()) > 0;
  }

  async all(): Promise<DrainRecord[]> {
    return this.#table().orderBy('id').select<DrainRecord[]>(aliased(columns));
  }

  /** Undefined for a drain that is gone. */
  async url({ id, token }: Pick<DrainRecord, 'id' | 'token'>): Promise<Secret | undefined> {
    const row = await this.#table()
      .where({ id })
      .first<{ boxed: Buffer } | undefined>('url_encrypted as boxed');
    return row && this.box.open(row.boxed, urlPlace, boxRow(token));
  }

  /** By the formations' ids. */
  async positions(drainId: number): Promise<Map<number, DrainPosition>> {
    const rows = await this.database('drain_positions')
      .where({ drain_id: drainId })
      .select<PositionRow[]>(aliased(positionColumns));
    return new Map(
      rows.map(({ drainId: _drain, formationId, ...position }): [number, DrainPosition] => [
        formationId,
        position,
      ]),
    );
  }

  /** Writes down how far it has got. False for a drain, or a formation, that is gone. */
  async advance(
    drainId: number,
    formationId: number,
    position: DrainPosition,
    { sent, unsent, backlog, lastSentAt }: DrainProgress,
  ): Promise<boolean> {
    return this.database.transaction(async (inside) => {
      const well = { last_sent_at: lastSentAt, last_error: null, last_error_at: null, next_attempt_at: null };
      const changed = await inside('drains')
        .where({ id: drainId })
        .update({
          sent: inside.raw('sent + ?', [sent]),
          unsent: inside.raw('unsent + ?', [unsent]),
          backlog,
          ...(lastSentAt === null ? {} : well),
        });
      const formation = await inside('formations').where({ id: formationId }).forKeyShare().first('id');
      if (changed === 0 || formation === undefined) return false;
      await inside('drain_positions')
        .insert(toRow<PositionRow>(positionColumns, { drainId, formationId, ...position }))
        .onConflict(['drain_id', 'formation_id'])
        .merge();
      return true;
    });
  }

  /** Writes down why lines do not go through, and when they are tried again. */
  async failed(
    id: number,
    {
      error,
      at,
      nextAttemptAt,
      backlog,
    }: {
      readonly error: string;
      readonly at: Date;
      readonly nextAttemptAt: Date;
      readonly backlog: number;
    },
  ): Promise<void> {
    const changes = { last_error: error, last_error_at: at, next_attempt_at: nextAttemptAt, backlog };
    await this.#table().where({ id }).update(changes);
  }

  #of(formationId: number | null) {
    return this.#table().where({ formation_id: formationId });
  }

  #table() {
    return this.database('drains');
  }
}
