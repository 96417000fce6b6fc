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

/** What an operation has come to. */
export interface NewestOperationEvents {
  /** Of the newest event; 0: there is none. */
  readonly id: number;
  /** All but lines and heartbeats, in order. */
  readonly events: readonly NewOperationEvent[];
  readonly lines: readonly string[];
  /** Of its lines, those that came before these. */
  readonly linesBefore: number;
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
   * What an operation has come to, without reading all of it: its other events, and its newest lines, at most `lines`
   * and, but for the oldest of them, `bytes`.
   */
  async newest(operationId: string, lines: number, bytes = largePage.bytes): Promise<NewestOperationEvents> {
    const { rows } = await this.database.raw<{ rows: NewestOperationEvents[] }>(
      `with told as (
         select coalesce(max(id), 0) as id, count(*) filter (where type = 'line') as lines,
           json_agg(json_build_object('type', type, 'data', data) order by id)
             filter (where type not in ('line', 'heartbeat')) as events
         from operation_events where operation_id = :operationId),
       newest as (
         select id, data -> 'text' as text, octet_length(data::text) as size,
           sum(octet_length(data::text)) over (order by id desc) as bytes
         from (select id, data from operation_events where operation_id = :operationId and type = 'line'
               order by id desc limit :lines) as lines),
       shown as (
         select count(*) as count, json_agg(text order by id) as lines from newest where bytes - size < :bytes)
       select told.id::float8 as id, coalesce(told.events, '[]') as events, coalesce(shown.lines, '[]') as lines,
         (told.lines - shown.count)::int as "linesBefore"
       from told, shown`,
      { operationId, lines, bytes },
    );
    return rows[0]!;
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
