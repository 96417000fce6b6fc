import { aliased, toJson, type Columns } from '../columns.js';
import type { Database } from '../database.js';

export interface OperationEventRecord {
  /** Grows; the events of one operation become visible in its order. */
  readonly id: number;
  readonly operationId: string;
  readonly at: Date;
  /** step-started, step-ended, line, heartbeat, end */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface NewOperationEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line has 16 KiB at most. */
const pageOfEvents = 200;
/** Of lines put together: most are short. */
const largePage = { events: 2000, bytes: 512 * 1024 };

/** NOTIFY channel: an operation has new events. Payload: the operation's id. */
export const operationEventChannel = 'deis_operation_events';

const columns: Columns<OperationEventRecord> = {
  id: 'id',
  operationId: 'operation_id',
  at: 'at',
  type: 'type',
  data: 'data',
};

export class OperationEventStore {
  constructor(private readonly database: Database) {}

  /**
   * Appends in order. The operation's row is locked before ids are drawn, so that ids become visible in
   * order: a reader that has seen id 7 will never find a new id 6. With a `leaseOwner` nothing is written
   * once somebody else holds the lease.
   */
  async append(
    operationId: string,
    events: readonly NewOperationEvent[],
    leaseOwner: string | null = null,
  ): Promise<void> {
    if (events.length === 0) return;
    await this.database.raw(
      `with operation as materialized (select id from operations where id = :operationId
              and (:leaseOwner::text is null or lease_owner = :leaseOwner) for no key update),
            appended as (
              insert into operation_events (operation_id, type, data)
              select operation.id, event ->> 'type', event -> 'data'
              from operation, jsonb_array_elements(:events::jsonb) with ordinality as list (event, place)
              order by place
              returning 1)
       select pg_notify(:channel, :operationId::text) from (select count(*) from appended) as done`,
      { operationId, events: toJson(events), leaseOwner, channel: operationEventChannel },
    );
  }

  /**
   * Events with a greater id, in order, at most `limit`: a page, which holds a few megabytes when all its
   * lines are as long as may be.
   */
  async listAfter(
    operationId: string,
    afterId: number,
    limit = pageOfEvents,
  ): Promise<OperationEventRecord[]> {
    return this.database('operation_events')
      .where({ operation_id: operationId })
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(limit)
      .select<OperationEventRecord[]>(aliased(columns));
  }

  /**
   * As `listAfter`, with lines that follow each other in one event `lines` ({texts}), which has the id and the time of
   * the last. PostgreSQL puts them together, in a page of at most `events` and, but for its last event, `bytes`.
   */
  async listTogetherAfter(
    operationId: string,
    afterId: number,
    { events, bytes } = largePage,
  ): Promise<OperationEventRecord[]> {
    const { rows } = await this.database.raw<{ rows: OperationEventRecord[] }>(
      `with next as (
         select id, at, type, data, sum(octet_length(data::text)) over (order by id) as bytes
         from (select * from operation_events where operation_id = :operationId and id > :afterId
               order by id limit :events) as events),
       page as (
         select *, sum(case type when 'line' then 0 else 1 end) over (order by id) as part
         from next where bytes - octet_length(data::text) < :bytes)
       select max(id) as id, :operationId::uuid as "operationId", max(at) as at,
         case type when 'line' then 'lines' else type end as type,
         case type when 'line' then json_build_object('texts', json_agg(data -> 'text' order by id))
           else min(data::text)::json end as data
       from page group by part, type order by max(id)`,
      { operationId, afterId, events, bytes },
    );
    return rows;
  }

  /**
   * Every line that was said while this step was under way, in all attempts at it, a page at a time: no more
   * of them is held at once.
   */
  async *linesOfStep(operationId: string, step: string): AsyncGenerator<string[], void, void> {
    let isWithin = false;
    for (
      let page = await this.listAfter(operationId, 0);
      page.length > 0;
      page = await this.listAfter(operationId, page.at(-1)!.id)
    ) {
      const lines: string[] = [];
      for (const { type, data } of page) {
        if (type === 'step-started' || type === 'step-ended')
          isWithin = type === 'step-started' && data['step'] === step;
        else if (type === 'line' && isWithin) lines.push(String(data['text']));
      }
      yield lines;
    }
  }
}
