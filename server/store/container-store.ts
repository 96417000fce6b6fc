import type { PlacementState } from '../../cookbooks/databag.js';
import { aliased, toRow, type Columns } from './columns.js';
import type { Database } from './database.js';
import { readPage, type Page, type PageRequest } from './page.js';

/**
 * A placement's state, or `removing`: no longer in the databag, but its port is held until the node has
 * confirmed that it is gone.
 */
export type ContainerState = PlacementState | 'removing';

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
};

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

  async delete(ids: readonly number[]): Promise<void> {
    await this.#table().whereIn('id', ids).delete();
  }

  #table() {
    return this.database('containers');
  }
}
