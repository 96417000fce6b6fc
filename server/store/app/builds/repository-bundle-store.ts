import type { Database } from '../../database.js';

/** A bundle of a repository with all that a push's commit needs. */
export interface RepositoryBundleRecord {
  /** Of the push. */
  readonly operationId: string;
  readonly formationId: number;
  readonly ref: string;
  readonly commit: string;
  /** Its key in the store. */
  readonly path: string;
}

const selected = {
  operationId: 'operation_id',
  formationId: 'formation_id',
  ref: 'ref',
  commit: 'commit',
  path: 'path',
};

/** Bundles of repositories that hosts bring each other up to date with. */
export class RepositoryBundleStore {
  constructor(private readonly database: Database) {}

  async insert({ operationId, formationId, ref, commit, path }: RepositoryBundleRecord): Promise<void> {
    await this.#table().insert({
      operation_id: operationId,
      formation_id: formationId,
      ref,
      commit,
      path,
    });
  }

  async ofOperation(operationId: string): Promise<RepositoryBundleRecord | undefined> {
    return this.#table()
      .where({ operation_id: operationId })
      .first<RepositoryBundleRecord | undefined>(selected);
  }

  /** Notes that the push's ref points to its commit. Nothing for a push without a bundle. Safe to repeat. */
  async markMoved(operationId: string): Promise<void> {
    await this.#table()
      .where({ operation_id: operationId })
      .update({ moved_at: this.database.raw('coalesce(moved_at, clock_timestamp())') });
  }

  /** For each ref of a formation the bundle of the push that moved it last. */
  async newest(formationId: number): Promise<RepositoryBundleRecord[]> {
    return this.#table()
      .distinctOn('ref')
      .where({ formation_id: formationId })
      .whereNotNull('moved_at')
      .orderBy([{ column: 'ref' }, { column: 'moved_at', order: 'desc' }])
      .select<RepositoryBundleRecord[]>(selected);
  }

  /**
   * Forgets bundles made before then of pushes that have ended, but for those whose commit a ref points to.
   * Resolves to the keys of all that are left.
   */
  async forget(before: Date): Promise<Set<string>> {
    await this.database.raw(
      `delete from repository_bundles as bundles
       where created_at < :before
         and not exists (
           select 1 from operations
           where operations.id = bundles.operation_id and operations.state in ('queued', 'running'))
         and (moved_at is null or exists (
           select 1 from repository_bundles as later
           where later.formation_id = bundles.formation_id and later.ref = bundles.ref
             and later.moved_at > bundles.moved_at))`,
      { before },
    );
    return new Set(await this.#table().pluck<string[]>('path'));
  }

  #table() {
    return this.database('repository_bundles');
  }
}
