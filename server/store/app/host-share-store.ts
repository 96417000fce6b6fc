import type { Knex } from 'knex';
import type { Database } from '../database.js';
import type { Quota } from './quota.js';
import { mapPage, readPage, type Page, type PageRequest } from '../page.js';

/** Somebody's leave to place formations on the nodes of one, without a role in it. */
export interface HostShareRecord {
  readonly username: string;
  readonly createdAt: Date;
}

/** A formation on whose nodes somebody may place their own. */
export interface UsableHost {
  readonly name: string;
  /** Name of its owner. */
  readonly owner: string;
  /** Everybody may, and new formations that name no other ground live there. */
  readonly isDefault: boolean;
}

/** A formation that lives on the nodes of another. */
export interface Guest {
  readonly name: string;
  /** Name of its owner. */
  readonly owner: string;
  /** How many of its containers serve. */
  readonly containers: number;
  readonly quota: Quota;
}

/** Who but members may place formations on the nodes of which formations. */
export class HostShareStore {
  constructor(private readonly database: Database) {}

  /** Sharing again changes nothing. */
  async insert(formationId: number, userId: number): Promise<void> {
    await this.#table().insert({ formation_id: formationId, user_id: userId }).onConflict().ignore();
  }

  /** False when there was none. */
  async remove(formationId: number, userId: number): Promise<boolean> {
    return (await this.#table().where({ formation_id: formationId, user_id: userId }).delete()) > 0;
  }

  async withUser(formationId: number, userId: number): Promise<HostShareRecord | undefined> {
    return this.#ofFormation(formationId)
      .where('host_shares.user_id', userId)
      .first<HostShareRecord | undefined>(shareColumns);
  }

  /** By username. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<HostShareRecord>> {
    const order = { keys: [{ column: 'users.username', type: 'text' as const }] };
    const rows = this.#ofFormation(formationId);
    return readPage(this.database, { rows, columns: shareColumns, order }, request);
  }

  /** Makes everybody's new formations live on this one, or no longer. */
  async setDefault(formationId: number, isDefault: boolean): Promise<void> {
    await this.database('formations').where({ id: formationId }).update({ default_host: isDefault });
  }

  /** False when it was none. */
  async endDefault(formationId: number): Promise<boolean> {
    const defaults = this.database('formations').where({ id: formationId, default_host: true });
    return (await defaults.update({ default_host: false })) > 0;
  }

  /** Whether somebody without a role may: it is shared with them, or for everybody. */
  async mayPlace(formationId: number, userId: number): Promise<boolean> {
    return (
      (await this.#hosts().where({ id: formationId }).where(this.#given(userId)).first('id')) !== undefined
    );
  }

  /** Names of the default hosts, those with the fewest guests first, then by name. */
  async defaultHosts(): Promise<string[]> {
    const rows = await this.#hosts()
      .where({ default_host: true })
      .orderByRaw('(select count(*) from formations as guests where guests.host_id = formations.id), name')
      .select<{ name: string }[]>('name');
    return rows.map(({ name }) => name);
  }

  /** Those of the user, those whose collaborator or admin they are, and those that are open to them, by name. */
  async pageOfUsable(userId: number, request: PageRequest): Promise<Page<UsableHost>> {
    const roles = this.database('formation_roles').whereIn('role', ['collaborator', 'admin']);
    const rows = this.#hosts()
      .join('users', 'users.id', 'formations.owner_id')
      .where((either) => {
        void either
          .where('formations.owner_id', userId)
          .orWhereExists(ofUser(roles, userId))
          .orWhere(this.#given(userId));
      });
    const columns = [
      'formations.name as name',
      'users.username as owner',
      'formations.default_host as isDefault',
    ];
    const order = { keys: [{ column: 'formations.name', type: 'text' as const }] };
    return readPage<UsableHost>(this.database, { rows, columns, order }, request);
  }

  /** Names of those of the user that live on the formation's nodes, or move there. */
  async guestsOfOwner(formationId: number, userId: number): Promise<string[]> {
    return this.database('formations')
      .where({ owner_id: userId })
      .whereNot({ id: formationId })
      .where((either) => void either.where({ host_id: formationId }).orWhere({ vacant_host_id: formationId }))
      .orderBy('name')
      .pluck<string[]>('name');
  }

  /** Those that live on the formation's nodes, by name. */
  async pageOfGuests(formationId: number, request: PageRequest): Promise<Page<Guest>> {
    const serving = this.database('containers')
      .where({ state: 'serving' })
      .groupBy('formation_id')
      .select('formation_id')
      .count('* as serving');
    const rows = this.database('formations')
      .join('users', 'users.id', 'formations.owner_id')
      .leftJoin(serving.as('counts'), 'counts.formation_id', 'formations.id')
      .where('formations.host_id', formationId);
    const columns = [
      'formations.name as name',
      'users.username as owner',
      'counts.serving as serving',
      'formations.quota as quota',
    ];
    const order = { keys: [{ column: 'formations.name', type: 'text' as const }] };
    type Row = Omit<Guest, 'containers'> & { readonly serving: number | string | null };
    const page = await readPage<Row>(this.database, { rows, columns, order }, request);
    return mapPage(page, ({ serving: count, ...guest }) => ({ ...guest, containers: Number(count ?? 0) }));
  }

  /** Formations with nodes of their own. */
  #hosts() {
    return this.database('formations').whereNull('formations.host_id').where('formations.destroying', false);
  }

  /** Open to a user without a role. */
  #given(userId: number): Knex.QueryCallback {
    return (either) => {
      void either.where('formations.default_host', true).orWhereExists(ofUser(this.#table().clone(), userId));
    };
  }

  #ofFormation(formationId: number) {
    return this.#table()
      .join('users', 'users.id', 'host_shares.user_id')
      .where('host_shares.formation_id', formationId);
  }

  #table() {
    return this.database('host_shares');
  }
}

const shareColumns = ['users.username as username', 'host_shares.created_at as createdAt'];

/** Rows of a table of users and formations that concern this user and the formation looked at. */
function ofUser(rows: Knex.QueryBuilder, userId: number): Knex.QueryBuilder {
  return rows.where({ user_id: userId }).whereRaw('formation_id = formations.id').select('formation_id');
}
