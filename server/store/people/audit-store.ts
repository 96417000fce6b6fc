import { aliased, toJson, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';

export interface AuditRecord {
  readonly id: number;
  readonly at: Date;
  readonly actorId: number | null;
  /** User name, also when the user is gone. */
  readonly actor: string;
  /** `POST /formations/:formation/config`, `git push`. */
  readonly action: string;
  readonly formationId: number | null;
  /** Its name, also when it is gone. */
  readonly formation: string | null;
  /** Which, never with which values: names, counts, roles. */
  readonly target: Readonly<Record<string, unknown>>;
  /** Address of the client. */
  readonly source: string | null;
  readonly requestId: string | null;
  /**
   * `done`, `refused: why`, `failed`; `accepted` of what an operation carries out whose end was not waited for; of a
   * push and of other operations also `failed: why` and other ends. Null while it is under way, and for ever when the
   * controller died meanwhile.
   */
  readonly outcome: string | null;
}

export type NewAudit = Omit<AuditRecord, 'id' | 'at' | 'outcome'>;

const columns: Columns<AuditRecord> = {
  id: 'id',
  at: 'at',
  actorId: 'actor_id',
  actor: 'actor',
  action: 'action',
  formationId: 'formation_id',
  formation: 'formation',
  target: 'target',
  source: 'source',
  requestId: 'request_id',
  outcome: 'outcome',
};
const newestFirst = { keys: [{ column: 'id', type: 'bigint' as const }], descending: true };

/** What strangers may ask for. */
const signIns = [
  'POST /auth/login',
  'POST /auth/register',
  'POST /sessions',
  'POST /passkey-sessions',
  'POST /auth/oidc/finish',
];

/** Who changed what. An entry is written before the change, and completed after: no change is without one. */
export class AuditStore {
  constructor(private readonly database: Database) {}

  /** Resolves to the entry's id. */
  async begin({
    actorId,
    actor,
    action,
    formationId,
    formation,
    target,
    source,
    requestId,
  }: NewAudit): Promise<number> {
    const row = {
      actor_id: actorId,
      actor,
      action,
      formation_id: formationId,
      formation,
      target: toJson(target),
      source,
      request_id: requestId,
    };
    const [made] = (await this.#table().insert(row).returning('id')) as { id: number }[];
    return made!.id;
  }

  /** @param target what is known only now, an operation's id for instance */
  async finish(id: number, outcome: string, target: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#table()
      .where({ id })
      .update({
        outcome: outcome.slice(0, 500),
        target: this.database.raw('target || ?::jsonb', [toJson(target)]),
      });
  }

  /** Newest first; of one formation, or of everything. */
  async page(request: PageRequest, formationId?: number): Promise<Page<AuditRecord>> {
    const rows =
      formationId === undefined ? this.#table() : this.#table().where({ formation_id: formationId });
    return readPage(this.database, { rows, columns: aliased(columns), order: newestFirst }, request);
  }

  /** Removes the entries of before; resolves to how many there were. */
  async removeBefore(time: Date): Promise<number> {
    return this.#table().where('at', '<', time).delete();
  }

  /**
   * Removes logins and registrations of before that failed and were nobody's; resolves to how many there were.
   */
  async removeStrangersBefore(time: Date): Promise<number> {
    return this.#table()
      .where('at', '<', time)
      .whereNull('actor_id')
      .whereIn('action', signIns)
      .whereRaw("outcome is distinct from 'done'")
      .delete();
  }

  #table() {
    return this.database('audit_entries');
  }
}
