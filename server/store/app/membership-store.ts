import { aliased } from '../columns.js';
import type { Database } from '../database.js';
import { byName, readPage, type Page, type PageRequest } from '../page.js';
import type { StoredRole } from '../people/role-store.js';
import { formationColumns, type FormationRecord } from './formation-store.js';

/** A formation with what a user is to it. */
interface Membership {
  readonly formation: FormationRecord;
  readonly role: StoredRole | 'owner';
}

/** Which formations a user owns, or has a role in. */
export class MembershipStore {
  constructor(private readonly database: Database) {}

  /** The one of that name; undefined when the user is nothing to it, or there is none. One query. */
  async ofUser(userId: number, name: string): Promise<Membership | undefined> {
    const row = await this.#formations()
      .leftJoin(
        'formation_roles',
        (join) =>
          void join
            .on('formation_roles.formation_id', 'formations.id')
            .andOnVal('formation_roles.user_id', userId),
      )
      .where('formations.name', name)
      .where(
        (either) => void either.where('formations.owner_id', userId).orWhereNotNull('formation_roles.role'),
      )
      .first<(FormationRecord & { givenRole: StoredRole | null }) | undefined>([
        ...aliased(formationColumns, 'formations'),
        'formation_roles.role as givenRole',
      ]);
    if (row === undefined) return undefined;
    const { givenRole, ...formation } = row;
    return { formation, role: formation.ownerId === userId || givenRole === null ? 'owner' : givenRole };
  }

  /** By name. */
  async pageOfUser(userId: number, request: PageRequest): Promise<Page<FormationRecord>> {
    const own = this.#formations().where({ owner_id: userId }).select('formations.*');
    const shared = this.#formations()
      .join('formation_roles', 'formation_roles.formation_id', 'formations.id')
      .where({ user_id: userId })
      .whereNot({ owner_id: userId })
      .select('formations.*');
    // Not one condition with `or`: so PostgreSQL reads both by an index, and looks at nobody else's.
    const rows = this.database.from(own.clone().unionAll(shared.clone()).as('formations'));
    const columns = aliased(formationColumns);
    return readPage(this.database, { rows, parts: [own, shared], columns, order: byName }, request);
  }

  /** Names of the first ones that the user owns. */
  async ownedNames(userId: number, most: number): Promise<string[]> {
    return this.#formations().where({ owner_id: userId }).orderBy('name').limit(most).pluck<string[]>('name');
  }

  #formations() {
    return this.database('formations');
  }
}
