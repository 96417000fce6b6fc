import { tellAccessChanged } from './access-channel.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';

/** A role that was given: all but the owner's, which is the formation's own. */
export type StoredRole = 'viewer' | 'collaborator' | 'admin';

export interface RoleRecord {
  readonly userId: number;
  readonly username: string;
  readonly role: StoredRole;
  readonly createdAt: Date;
}

/** Who but the owner may do something with a formation. */
export class RoleStore {
  constructor(private readonly database: Database) {}

  /** Gives a role, in the place of the one before. */
  async set(formationId: number, userId: number, role: StoredRole): Promise<void> {
    await this.#table()
      .insert({ formation_id: formationId, user_id: userId, role })
      .onConflict(['formation_id', 'user_id'])
      .merge(['role']);
    await tellAccessChanged(this.database, userId);
  }

  async of(formationId: number, userId: number): Promise<StoredRole | undefined> {
    return (
      await this.#table()
        .where({ formation_id: formationId, user_id: userId })
        .first<{ role: StoredRole } | undefined>('role')
    )?.role;
  }

  /** False when there was none. */
  async remove(formationId: number, userId: number): Promise<boolean> {
    const removed = await this.#table().where({ formation_id: formationId, user_id: userId }).delete();
    await tellAccessChanged(this.database, userId);
    return removed > 0;
  }

  /** By username. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<RoleRecord>> {
    const rows = this.#table()
      .join('users', 'users.id', 'formation_roles.user_id')
      .where('formation_roles.formation_id', formationId);
    const columns = [
      'users.id as userId',
      'users.username as username',
      'formation_roles.role as role',
      'formation_roles.created_at as createdAt',
    ];
    return readPage(
      this.database,
      { rows, columns, order: { keys: [{ column: 'users.username', type: 'text' }] } },
      request,
    );
  }

  #table() {
    return this.database('formation_roles');
  }
}
