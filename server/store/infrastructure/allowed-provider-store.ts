import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';

/** An admin's leave for somebody to launch with a provider type that is not for everybody. */
export interface AllowedProviderRecord {
  readonly username: string;
  /** Provider type. */
  readonly type: string;
  /** Name of the admin; null when their account is gone. */
  readonly allowedBy: string | null;
  readonly createdAt: Date;
}

export interface NewAllowedProvider {
  readonly userId: number;
  readonly type: string;
  /** The admin. */
  readonly allowedBy: number;
}

const columns = [
  'users.username as username',
  'allowed_providers.type as type',
  'admins.username as allowedBy',
  'allowed_providers.created_at as createdAt',
];

/** Who may launch with provider types that are not for everybody, beside platform admins. */
export class AllowedProviderStore {
  constructor(private readonly database: Database) {}

  /** Resolves to what is there then: a leave that was given before stays as it is. */
  async allow({ userId, type, allowedBy }: NewAllowedProvider): Promise<AllowedProviderRecord> {
    await this.database('allowed_providers')
      .insert({ user_id: userId, type, allowed_by: allowedBy })
      .onConflict(['user_id', 'type'])
      .ignore();
    return this.#named()
      .where({ 'allowed_providers.user_id': userId, 'allowed_providers.type': type })
      .first<AllowedProviderRecord>([...columns]);
  }

  async has(userId: number, type: string): Promise<boolean> {
    const row = await this.database('allowed_providers')
      .where({ user_id: userId, type })
      .first<object | undefined>('user_id');
    return row !== undefined;
  }

  /** False when there was none. */
  async remove(userId: number, type: string): Promise<boolean> {
    return (await this.database('allowed_providers').where({ user_id: userId, type }).delete()) > 0;
  }

  /** By username, then type. */
  async page(request: PageRequest): Promise<Page<AllowedProviderRecord>> {
    const keys = [
      { column: 'users.username', type: 'text' },
      { column: 'allowed_providers.type', type: 'text' },
    ] as const;
    return readPage(this.database, { rows: this.#named(), columns, order: { keys } }, request);
  }

  #named() {
    return this.database('allowed_providers')
      .join('users', 'users.id', 'allowed_providers.user_id')
      .leftJoin('users as admins', 'admins.id', 'allowed_providers.allowed_by');
  }
}
