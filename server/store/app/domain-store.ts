import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { byName, readPage, type Page, type PageRequest } from '../page.js';
import { conflictWhenTaken } from '../violations.js';

export interface DomainRecord {
  readonly id: number;
  readonly formationId: number;
  /** Lower case, `*.example.com` too; unique among all formations. */
  readonly name: string;
  readonly createdAt: Date;
}

const columns: Columns<DomainRecord> = {
  id: 'id',
  formationId: 'formation_id',
  name: 'name',
  createdAt: 'created_at',
};

export class DomainStore {
  constructor(private readonly database: Database) {}

  /** @throws Conflict when any formation answers to it (not said which) */
  async insert(domain: Pick<DomainRecord, 'formationId' | 'name'>): Promise<DomainRecord> {
    const rows = await conflictWhenTaken(
      this.#table().insert(toRow(columns, domain)).returning(aliased(columns)),
      `the domain ${domain.name} is in use already`,
    );
    return rows[0] as DomainRecord;
  }

  /** By name. */
  async ofFormation(formationId: number): Promise<DomainRecord[]> {
    return this.#table()
      .where({ formation_id: formationId })
      .orderBy('name')
      .select<DomainRecord[]>(aliased(columns));
  }

  /** As `ofFormation`. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<DomainRecord>> {
    return readPage(
      this.database,
      {
        rows: this.#table().where({ formation_id: formationId }),
        columns: aliased(columns),
        order: byName,
      },
      request,
    );
  }

  /** False when the formation has no such domain. */
  async delete(formationId: number, name: string): Promise<boolean> {
    return (await this.#table().where({ formation_id: formationId, name }).delete()) > 0;
  }

  #table() {
    return this.database('domains');
  }
}
