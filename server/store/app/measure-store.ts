import type { Database } from '../database.js';
import { toJson } from '../columns.js';

/** Seconds that one row of measures stands for. */
export type Resolution = 10 | 60 | 600;

/** What a container used in some time. */
export interface ContainerMeasure {
  /** `web.1` */
  readonly process: string;
  readonly release: number;
  /** Milliseconds of computing. */
  readonly cpuMs: number;
  /** The most bytes that were seen in use. */
  readonly memory: number;
  /** Null: as much as the node has. */
  readonly memoryLimit: number | null;
  readonly restarts: number;
}

/** Requests that ended in some time. */
export interface Traffic {
  /** First digit of their status -> how many. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Upper bound in milliseconds, or `more` -> how many were answered within it, and not within the one below. */
  readonly took: Readonly<Record<string, number>>;
  /** Limit of the proxy -> requests that it ended. */
  readonly limited?: Readonly<Record<string, number>>;
}

/** What a node did in some time. */
export interface NodeMeasure {
  /** For which it was measured. */
  readonly seconds: number;
  /** By process and port. */
  readonly containers: Readonly<Record<string, ContainerMeasure>>;
  readonly traffic?: Traffic;
  /** Of all that runs there: milliseconds of computing, and the most bytes that were seen in use. */
  readonly machine?: Pick<ContainerMeasure, 'cpuMs' | 'memory'>;
  /** Mount -> the largest share in use that was seen, 0 to 1. */
  readonly disks: Readonly<Record<string, number>>;
}

/** Counters of a node as they were at a moment. */
export interface NodeReading {
  /** ISO time. */
  readonly at: string;
  /** Id of the Docker container -> its counters. */
  readonly containers: Readonly<
    Record<string, { readonly cpuMicroseconds: number; readonly restarts: number }>
  >;
  /** Of all that runs there. */
  readonly machine?: { readonly cpuMicroseconds: number };
  readonly traffic?: Traffic;
}

export interface MeasureRecord {
  readonly node: string;
  /** The beginning of the time. */
  readonly at: Date;
  readonly measure: NodeMeasure;
}

/** Which row of a node. */
export interface RowStart {
  readonly resolution: Resolution;
  /** The beginning of the time. */
  readonly at: Date;
}

/** Whose row it is. */
export interface MeasuredNode {
  readonly formationId: number;
  /** Its name. */
  readonly node: string;
}

/** What nodes did, by time. */
export class MeasureStore {
  constructor(private readonly database: Database) {}

  /**
   * The counters that were read last, none before the first. Others who ask for the same node wait until the
   * transaction has ended.
   */
  async lastReading({ formationId, node }: MeasuredNode): Promise<NodeReading | undefined> {
    const own = { formation_id: formationId, node };
    const read = async (): Promise<{ reading: NodeReading | Record<string, never> } | undefined> =>
      this.database('node_readings')
        .where(own)
        .forUpdate()
        .first<{ reading: NodeReading | Record<string, never> }>('reading');
    let row = await read();
    if (row === undefined) {
      await this.database('node_readings')
        .insert({ ...own, reading: '{}' })
        .onConflict()
        .ignore();
      row = await read();
    }
    return row !== undefined && 'at' in row.reading ? (row.reading as NodeReading) : undefined;
  }

  async setReading({ formationId, node }: MeasuredNode, reading: NodeReading): Promise<void> {
    await this.database('node_readings')
      .where({ formation_id: formationId, node })
      .update({ reading: toJson(reading) });
  }

  /** What these rows of a node say, by their resolution: at most one of each. */
  async find(
    { formationId, node }: MeasuredNode,
    starts: readonly RowStart[],
  ): Promise<ReadonlyMap<Resolution, NodeMeasure>> {
    const rows = await this.database('node_measures')
      .where({ formation_id: formationId, node })
      .whereIn(
        ['resolution', 'at'],
        starts.map(({ resolution, at }) => [resolution, at]),
      )
      .select<{ resolution: Resolution; measure: NodeMeasure }[]>('resolution', 'measure');
    return new Map(rows.map(({ resolution, measure }) => [resolution, measure]));
  }

  /** Replaces what these rows of a node said. */
  async put(
    { formationId, node }: MeasuredNode,
    rows: readonly (RowStart & { readonly measure: NodeMeasure })[],
  ): Promise<void> {
    const of = { formation_id: formationId, node };
    await this.database('node_measures')
      .insert(
        rows.map(({ resolution, at, measure }) => ({ ...of, resolution, at, measure: toJson(measure) })),
      )
      .onConflict(['formation_id', 'resolution', 'node', 'at'])
      .merge(['measure']);
  }

  /** Of each of these resolutions the node's rows that begin before. */
  async removeBefore({ formationId, node }: MeasuredNode, starts: readonly RowStart[]): Promise<void> {
    await this.database('node_measures')
      .where({ formation_id: formationId, node })
      .where((any) => {
        for (const { resolution, at } of starts)
          void any.orWhere((row) => void row.where({ resolution }).where('at', '<', at));
      })
      .delete();
  }

  /** Of all nodes, those that are gone too. Resolves to the number of rows. */
  async removeAllBefore(resolution: Resolution, moment: Date): Promise<number> {
    return this.database('node_measures').where({ resolution }).where('at', '<', moment).delete();
  }

  /** Forgets the counters of nodes that have not been read since. */
  async removeReadingsBefore(moment: Date): Promise<void> {
    await this.database('node_readings')
      .whereRaw("(reading->>'at' is null or (reading->>'at')::timestamptz < ?)", [moment])
      .delete();
  }

  /** Rows that begin at or after one moment and before the other, oldest first. */
  async ofFormation(
    formationId: number,
    resolution: Resolution,
    { from, to }: { readonly from: Date; readonly to: Date },
  ): Promise<MeasureRecord[]> {
    return this.database('node_measures')
      .where({ formation_id: formationId, resolution })
      .where('at', '>=', from)
      .where('at', '<', to)
      .orderBy(['at', 'node'])
      .select<MeasureRecord[]>('node', 'at', 'measure');
  }

  /** The newest row of each node at the finest resolution, of those that begin at or after a moment. */
  async newestOfFormation(formationId: number, since: Date): Promise<MeasureRecord[]> {
    const finest: Resolution = 10;
    return this.database('node_measures')
      .where({ formation_id: formationId, resolution: finest })
      .where('at', '>=', since)
      .distinctOn('node')
      .orderBy([{ column: 'node' }, { column: 'at', order: 'desc' }])
      .select<MeasureRecord[]>('node', 'at', 'measure');
  }

  /**
   * The same of these nodes, of each of these formations that has something there. Each is looked up by itself: a
   * database sorts all rows since then otherwise, and on shared nodes there are many.
   */
  async newestOnNodes(
    formationIds: readonly number[],
    nodes: readonly string[],
    since: Date,
  ): Promise<MeasureRecord[]> {
    const finest: Resolution = 10;
    const { rows } = await this.database.raw<{ rows: MeasureRecord[] }>(
      `select newest.*
       from unnest(cast(:formationIds as int[])) as formation(id)
       cross join unnest(cast(:nodes as text[])) as named(node)
       cross join lateral (
         select node, at, measure from node_measures
         where formation_id = formation.id and resolution = :finest and node_measures.node = named.node
           and at >= :since
         order by at desc limit 1
       ) as newest`,
      { formationIds: [...formationIds], nodes: [...nodes], finest, since },
    );
    return rows;
  }
}
