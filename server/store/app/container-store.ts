import type { PlacementState } from '../../../cookbooks/databag.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';

/**
 * A placement's state, or `removing`: no longer in the databag, but its port is held until the node has
 * confirmed that it is gone.
 */
export type ContainerState = PlacementState | 'removing';

/** What a node was last seen to do with a container, and when. */
export interface SeenState {
  /** `missing`: the node has no such container. `unreachable`: the node does not answer. */
  readonly state: 'up' | 'crashing' | 'stopped' | 'missing' | 'unreachable';
  readonly restarts: number;
  /** Of the last run that ended, so far as it was seen. */
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** ISO times: in that state since, and seen at. */
  readonly since: string;
  readonly at: string;
}

/** One container that was seen on a node. */
export interface Sighting {
  /** `web.1` */
  readonly process: string;
  readonly port: number;
  readonly seen: Omit<SeenState, 'at'>;
}

/** One process of the app on a node. */
export interface ContainerRecord {
  readonly id: number;
  readonly formationId: number;
  readonly nodeId: string;
  readonly releaseId: number;
  readonly type: string;
  readonly num: number;
  /** Unique per node. */
  readonly port: number;
  readonly state: ContainerState;
  /** When a retiring container is stopped at the latest. */
  readonly retireAt: Date | null;
  readonly createdAt: Date;
  /** Null until the watch over nodes has looked. */
  readonly seen: SeenState | null;
}

/** A container of another formation on the same nodes. */
export interface OthersContainer extends Pick<ContainerRecord, 'nodeId' | 'port'> {
  /** Bytes that it may use; null: no limit. */
  readonly memory: number | null;
  /** Cores that it may use; null: no limit. */
  readonly cpus: number | null;
}

/** What a formation has on a node, of what starts or serves. */
export interface NodeShare extends Pick<ContainerRecord, 'nodeId' | 'formationId'> {
  /** Name of the formation. */
  readonly formation: string;
  /** Containers. */
  readonly count: number;
  /** Bytes that those with a limit may use together. */
  readonly memory: number;
  /** Cores that those with a limit of these may use together. */
  readonly cpus: number;
  /** Containers without one. */
  readonly unlimited: number;
}

export type NewContainer = Pick<
  ContainerRecord,
  'formationId' | 'nodeId' | 'releaseId' | 'type' | 'num' | 'port' | 'state'
>;

const columns: Columns<ContainerRecord> = {
  id: 'id',
  formationId: 'formation_id',
  nodeId: 'node_id',
  releaseId: 'release_id',
  type: 'type',
  num: 'num',
  port: 'port',
  state: 'state',
  retireAt: 'retire_at',
  createdAt: 'created_at',
  seen: 'seen',
};

/** Of a container, beside its release; null: no limit. */
const limitOf = (what: 'memory' | 'cpus'): string =>
  `(releases.limits -> containers.type ->> '${what}')::float8`;

export class ContainerStore {
  constructor(private readonly database: Database) {}

  async insert(containers: readonly NewContainer[]): Promise<ContainerRecord[]> {
    if (containers.length === 0) return [];
    return (await this.#table()
      .insert(containers.map((container) => toRow(columns, container)))
      .returning(aliased(columns))) as ContainerRecord[];
  }

  /** By type, number, then id: the older of two beside each other first. */
  async ofFormation(formationId: number): Promise<ContainerRecord[]> {
    return this.#table()
      .where({ formation_id: formationId })
      .orderBy(['type', 'num', 'id'])
      .select<ContainerRecord[]>(aliased(columns));
  }

  /** Those of one node, in the order of `ofFormation`. */
  async ofNode(nodeId: string): Promise<ContainerRecord[]> {
    return this.#table()
      .where({ node_id: nodeId })
      .orderBy(['type', 'num', 'id'])
      .select<ContainerRecord[]>(aliased(columns));
  }

  /** What other formations have on nodes. */
  async ofOthers(formationId: number, nodeIds: readonly string[]): Promise<OthersContainer[]> {
    return this.database('containers')
      .join('releases', 'releases.id', 'containers.release_id')
      .whereIn('containers.node_id', nodeIds)
      .whereNot('containers.formation_id', formationId)
      .select<OthersContainer[]>({ nodeId: 'containers.node_id', port: 'containers.port' })
      .select(this.database.raw(`${limitOf('memory')} as memory, ${limitOf('cpus')} as cpus`));
  }

  /** What formations have on nodes, by their names. */
  async sharesOn(nodeIds: readonly string[]): Promise<NodeShare[]> {
    return this.database('containers')
      .join('releases', 'releases.id', 'containers.release_id')
      .join('formations', 'formations.id', 'containers.formation_id')
      .whereIn('containers.node_id', nodeIds)
      .whereIn('containers.state', ['starting', 'serving'])
      .groupBy('containers.node_id', 'formations.id', 'formations.name')
      .orderBy('formations.name')
      .select<NodeShare[]>({
        nodeId: 'containers.node_id',
        formationId: 'formations.id',
        formation: 'formations.name',
      })
      .select(
        this.database.raw(
          `count(*)::int as count, coalesce(sum(${limitOf('memory')}), 0)::float8 as memory, ` +
            `coalesce(sum(${limitOf('cpus')}), 0)::float8 as cpus, ` +
            `(count(*) - count(${limitOf('memory')}))::int as unlimited`,
        ),
      );
  }

  /** One after the other, to the end of the transaction, ports are given out on the nodes of a formation. */
  async lockPorts(formationId: number): Promise<void> {
    await this.database.raw(`select pg_advisory_xact_lock(hashtext('deis ports'), ?)`, [formationId]);
  }

  /** As `ofFormation`. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<ContainerRecord>> {
    const order = {
      keys: [
        { column: 'type', type: 'text' as const },
        { column: 'num', type: 'bigint' as const },
        { column: 'id', type: 'bigint' as const },
      ],
    };
    return readPage(
      this.database,
      { rows: this.#table().where({ formation_id: formationId }), columns: aliased(columns), order },
      request,
    );
  }

  async setState(ids: readonly number[], state: ContainerState, retireAt: Date | null = null): Promise<void> {
    await this.#table().whereIn('id', ids).update({ state, retire_at: retireAt });
  }

  /** Writes down that a node does not answer: what serves there was out of sight from then on. */
  async lostSight(nodeId: string, now: Date): Promise<void> {
    const unreachable = JSON.stringify({ state: 'unreachable', since: now.toISOString() });
    const unknown = JSON.stringify({
      restarts: 0,
      exitCode: null,
      outOfMemory: false,
      at: now.toISOString(),
    });
    await this.#table()
      .where({ node_id: nodeId, state: 'serving' })
      .whereRaw(`coalesce(seen->>'state', '') <> 'unreachable'`)
      .update({
        seen: this.database.raw('coalesce(seen, cast(? as jsonb)) || cast(? as jsonb)', [
          unknown,
          unreachable,
        ]),
      });
  }

  /**
   * Writes down what was seen on a node. What crashes already has done so since it was first seen to; a container
   * that serves and was not seen is missing.
   * @param looked ports whose containers were looked at; default: all of the node's
   */
  async saw(
    nodeId: string,
    sightings: readonly Sighting[],
    now: Date,
    looked?: readonly number[],
  ): Promise<void> {
    const at = now.toISOString();
    const all = JSON.stringify(sightings.map((each) => ({ ...each, seen: { ...each.seen, at } })));
    await this.database.raw(
      `update containers set seen = sighting.seen
         || jsonb_build_object('exitCode',
              case when sighting.seen->'exitCode' = 'null' then coalesce(containers.seen->'exitCode', 'null')
              else sighting.seen->'exitCode' end,
              'outOfMemory', (sighting.seen->>'outOfMemory')::boolean
                or sighting.seen->'exitCode' = 'null' and coalesce((containers.seen->>'outOfMemory')::boolean, false))
         || case when sighting.seen->>'state' = 'crashing' and containers.seen->>'state' = 'crashing'
              then jsonb_build_object('since', containers.seen->'since') else '{}' end
       from jsonb_to_recordset(cast(:all as jsonb)) as sighting(process text, port int, seen jsonb)
       where containers.node_id = :nodeId and containers.port = sighting.port
         and containers.type || '.' || containers.num = sighting.process`,
      { all, nodeId },
    );
    const missing = { state: 'missing', restarts: 0, exitCode: null, outOfMemory: false, since: at, at };
    await this.#table()
      .where({ node_id: nodeId, state: 'serving' })
      .where('created_at', '<', now)
      .whereNotIn(
        'port',
        sightings.map(({ port }) => port),
      )
      .modify((rows) => void (looked && rows.whereIn('port', looked)))
      .whereRaw(`coalesce(seen->>'state', '') <> 'missing'`)
      .update({ seen: JSON.stringify(missing) });
  }

  async delete(ids: readonly number[]): Promise<void> {
    await this.#table().whereIn('id', ids).delete();
  }

  #table() {
    return this.database('containers');
  }
}
