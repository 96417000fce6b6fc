import type { SystemActor } from './actor.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { OperationEventStore } from './operation-event-store.js';
import { readPage, type Page, type PageRequest } from '../page.js';

export type OperationState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'superseded';
export type OperationOutcome = Exclude<OperationState, 'queued' | 'running'>;

/** `formation`: in the formation's order; `retire`: outside it. */
export type OperationLane = 'formation' | 'retire';

/** Why an operation failed, without secrets. */
export interface OperationError {
  readonly message: string;
  readonly field?: string;
  readonly node?: string;
  readonly command?: string;
  readonly exitCode?: number | null;
  readonly stderr?: string;
  readonly phase?: string;
  readonly [detail: string]: unknown;
}

/** One durable, ordered, cancellable unit of work on a formation. */
export interface OperationRecord {
  /** uuid */
  readonly id: string;
  /** Order of acceptance over all formations. */
  readonly seq: number;
  /** Null once the formation is gone. */
  readonly formationId: number | null;
  readonly formationName: string;
  readonly kind: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly lane: OperationLane;
  readonly state: OperationState;
  /** The user; null also once the account is gone. */
  readonly requestedBy: number | null;
  /** The part of the controller that asked for it; null for a user's. */
  readonly systemActor: SystemActor | null;
  /** The step under way, or the last one entered. */
  readonly step: string | null;
  /** How often a worker has begun it. */
  readonly attempts: number;
  readonly leaseOwner: string | null;
  readonly leaseExpiresAt: Date | null;
  readonly heartbeatAt: Date | null;
  readonly notBefore: Date | null;
  readonly cancelRequestedAt: Date | null;
  readonly error: OperationError | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface NewOperation extends Pick<
  OperationRecord,
  'id' | 'formationId' | 'formationName' | 'kind' | 'requestedBy'
> {
  readonly systemActor?: OperationRecord['systemActor'];
  readonly params?: OperationRecord['params'];
  /** Default `formation`. */
  readonly lane?: OperationLane;
  /** Not begun earlier. */
  readonly notBefore?: Date;
}

export interface Outcome {
  readonly state: OperationOutcome;
  readonly error?: OperationError;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** NOTIFY channel: an operation was queued or has ended. Payload: its id. */
export const operationChannel = 'deis_operations';

export const operationColumns: Columns<OperationRecord> = {
  id: 'id',
  seq: 'seq',
  formationId: 'formation_id',
  formationName: 'formation_name',
  kind: 'kind',
  params: 'params',
  lane: 'lane',
  state: 'state',
  requestedBy: 'requested_by',
  systemActor: 'system_actor',
  step: 'step',
  attempts: 'attempts',
  leaseOwner: 'lease_owner',
  leaseExpiresAt: 'lease_expires_at',
  heartbeatAt: 'heartbeat_at',
  notBefore: 'not_before',
  cancelRequestedAt: 'cancel_requested_at',
  error: 'error',
  result: 'result',
  createdAt: 'created_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
};
const selected = aliased(operationColumns);
const unfinished: readonly OperationState[] = ['queued', 'running'];

/** Operations as their requesters and readers see them; the worker's side is lease-store.ts. */
export class OperationStore {
  constructor(private readonly database: Database) {}

  /**
   * Queues it; belongs in the transaction of the desired state it carries out. Workers hear of it when that
   * commits. Locks the formation's row until then: `seq` must become visible in its order, else a later
   * operation could overtake.
   */
  async enqueue(operation: NewOperation): Promise<OperationRecord> {
    await this.database('formations').where({ id: operation.formationId }).forNoKeyUpdate().first('id');
    const rows = await this.#table()
      .insert(toRow<OperationRecord>(operationColumns, operation))
      .returning(selected);
    await this.#notify(operation.id);
    return rows[0] as OperationRecord;
  }

  async byId(id: string): Promise<OperationRecord | undefined> {
    return this.#table().where({ id }).first<OperationRecord | undefined>(selected);
  }

  /** Those of them that there are still, in no order. */
  async byIds(ids: readonly string[]): Promise<OperationRecord[]> {
    return this.#table().whereIn('id', ids).select<OperationRecord[]>(selected);
  }

  /** Newest first, at most `limit`; also those of an earlier formation of the same id that is gone. */
  async ofFormation(formationId: number, limit = 100): Promise<OperationRecord[]> {
    return this.#table()
      .where({ formation_id: formationId })
      .orderBy('seq', 'desc')
      .limit(limit)
      .select<OperationRecord[]>(selected);
  }

  /** The one that was accepted last; undefined when there is none of this kind. */
  async newestOfKind(formationId: number, kind: string): Promise<OperationRecord | undefined> {
    return this.#table()
      .where({ formation_id: formationId, kind })
      .orderBy('seq', 'desc')
      .first<OperationRecord | undefined>(selected);
  }

  /** The newest of these kinds that succeeded or failed; undefined when there is none. */
  async newestEnded(formationId: number, kinds: readonly string[]): Promise<OperationRecord | undefined> {
    return this.#table()
      .where({ formation_id: formationId })
      .whereIn('kind', [...kinds])
      .whereIn('state', ['succeeded', 'failed'])
      .orderBy('seq', 'desc')
      .first<OperationRecord | undefined>(selected);
  }

  /** As `ofFormation`. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<OperationRecord>> {
    const order = { keys: [{ column: 'seq', type: 'bigint' as const }], descending: true };
    return readPage(
      this.database,
      { rows: this.#table().where({ formation_id: formationId }), columns: selected, order },
      request,
    );
  }

  /** Queued and running ones in their order. */
  async unfinishedOfFormation(formationId: number, lane?: OperationLane): Promise<OperationRecord[]> {
    const query = this.#table()
      .where({ formation_id: formationId })
      .whereIn('state', unfinished)
      .orderBy('seq');
    if (lane !== undefined) void query.where({ lane });
    return query.select<OperationRecord[]>(selected);
  }

  /** Unfinished ones of all formations, in order. */
  async unfinished(): Promise<OperationRecord[]> {
    return this.#table().whereIn('state', unfinished).orderBy('seq').select<OperationRecord[]>(selected);
  }

  /**
   * Asks for its end: one that never began is cancelled at once, another is told through its worker.
   * Returns the record after the request; undefined when there is none.
   */
  async requestCancel(id: string): Promise<OperationRecord | undefined> {
    await this.finishQueued(id, { state: 'cancelled', error: { message: 'cancelled before it began' } });
    await this.requestStop(id);
    return this.byId(id);
  }

  /** Replaces the params; belongs in a transaction that holds the formation's lock. */
  async setParams(id: string, params: OperationRecord['params']): Promise<void> {
    await this.#table()
      .where({ id })
      .update({ params: JSON.stringify(params) });
  }

  /** Asks for the end of what a worker has begun, or will: through the worker in either case. */
  async requestStop(id: string): Promise<void> {
    await this.#table()
      .where({ id })
      .whereIn('state', unfinished)
      .whereNull('cancel_requested_at')
      .update({ cancel_requested_at: this.database.fn.now() });
    await this.#notify(id);
  }

  /**
   * Ends an operation that no worker has begun; false when one has, or it has ended. Belongs in a
   * transaction.
   */
  async finishQueued(id: string, outcome: Outcome): Promise<boolean> {
    const changed = await this.#table()
      .where({ id, state: 'queued', started_at: null })
      .update({ ...toRow<OperationRecord>(operationColumns, outcome), finished_at: this.database.fn.now() });
    if (changed === 0) return false;
    await new OperationEventStore(this.database).append(id, [{ type: 'end', data: { ...outcome } }]);
    await this.#notify(id);
    return true;
  }

  /**
   * Removes operations that ended before that moment, with their events, save pushes whose builds are kept.
   * Resolves to their number.
   */
  async removeEndedBefore(moment: Date): Promise<number> {
    const kept = this.database('builds').select('id').whereNull('collected_at');
    return this.#table().where('finished_at', '<', moment).whereNotIn('id', kept).delete();
  }

  async #notify(id: string): Promise<void> {
    await this.database.raw('select pg_notify(?, ?)', [operationChannel, id]);
  }

  #table() {
    return this.database('operations');
  }
}
