import { randomUUID } from 'node:crypto';
import type { Secret } from '../../../base/secret.js';
import { aliased, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';
import { boxRow } from '../sealing/box-rows.js';
import type { SecretBox } from '../sealing/secret-box.js';

/** Somebody who is told by HTTP. */
export interface HookRecord {
  readonly id: number;
  readonly formationId: number;
  readonly name: string;
  /** Of its URL, all of which may be a secret. */
  readonly host: string;
  readonly createdAt: Date;
}

/** What is sent to it. */
export interface HookTarget {
  readonly url: Secret;
  /** Signs what is sent. */
  readonly secret: Secret;
}

export interface DeliveryRecord {
  readonly id: string;
  readonly hookId: number;
  readonly event: string;
  /** JSON, as it is sent each time. */
  readonly body: string;
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly nextAt: Date;
  /** HTTP status of the last answer; null where there was none. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** What became of an attempt. */
export interface Attempt {
  readonly state: DeliveryRecord['state'];
  readonly status: number | null;
  readonly error: string | null;
  /** When it is tried again, of one that waits. */
  readonly nextAt: Date;
}

const hookColumns: Columns<HookRecord> = {
  id: 'id',
  formationId: 'formation_id',
  name: 'name',
  host: 'host',
  createdAt: 'created_at',
};
const deliveryColumns: Columns<DeliveryRecord> = {
  id: 'id',
  hookId: 'hook_id',
  event: 'event',
  body: 'body',
  state: 'state',
  attempts: 'attempts',
  nextAt: 'next_at',
  lastStatus: 'last_status',
  lastError: 'last_error',
  createdAt: 'created_at',
  endedAt: 'ended_at',
};
const [urlPlace, secretPlace] = ['hooks.url_encrypted', 'hooks.secret_encrypted'];

export class HookStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Undefined where the formation has a hook of that name. */
  async insert(
    { formationId, name, host }: Pick<HookRecord, 'formationId' | 'name' | 'host'>,
    { url, secret }: HookTarget,
  ): Promise<HookRecord | undefined> {
    const row = boxRow(formationId, name);
    const rows = await this.database('hooks')
      .insert({
        formation_id: formationId,
        name,
        host,
        url_encrypted: this.box.seal(url, urlPlace, row),
        secret_encrypted: this.box.seal(secret, secretPlace, row),
      })
      .onConflict(['formation_id', 'name'])
      .ignore()
      .returning(aliased(hookColumns));
    return rows[0] as HookRecord | undefined;
  }

  async ofFormation(formationId: number): Promise<HookRecord[]> {
    return this.database('hooks')
      .where({ formation_id: formationId })
      .orderBy('name')
      .select<HookRecord[]>(aliased(hookColumns));
  }

  async byName(formationId: number, name: string): Promise<HookRecord | undefined> {
    return this.database('hooks')
      .where({ formation_id: formationId, name })
      .first<HookRecord | undefined>(aliased(hookColumns));
  }

  /** Undefined where it went meanwhile. */
  async target(hookId: number): Promise<(HookTarget & HookRecord) | undefined> {
    const row = await this.database('hooks')
      .where({ id: hookId })
      .first<(HookRecord & { boxedUrl: Buffer; boxedSecret: Buffer }) | undefined>([
        ...aliased(hookColumns),
        'url_encrypted as boxedUrl',
        'secret_encrypted as boxedSecret',
      ]);
    if (row === undefined) return undefined;
    const { boxedUrl, boxedSecret, ...hook } = row;
    const place = boxRow(hook.formationId, hook.name);
    return {
      ...hook,
      url: this.box.open(boxedUrl, urlPlace, place),
      secret: this.box.open(boxedSecret, secretPlace, place),
    };
  }

  /** With its deliveries. Whether there was one. */
  async remove(formationId: number, name: string): Promise<boolean> {
    return (await this.database('hooks').where({ formation_id: formationId, name }).delete()) > 0;
  }

  async addDelivery(delivery: Pick<DeliveryRecord, 'id' | 'hookId' | 'event' | 'body' | 'createdAt'>) {
    const { id, hookId, event, body, createdAt } = delivery;
    await this.#deliveries().insert({
      id,
      hook_id: hookId,
      event,
      body,
      created_at: createdAt,
      next_at: createdAt,
    });
  }

  /** The same once more, under an id of its own; its body says the id of the first. */
  async sendAgain({ hookId, event, body }: DeliveryRecord, now: Date): Promise<DeliveryRecord> {
    const id = randomUUID();
    await this.addDelivery({ id, hookId, event, body, createdAt: now });
    return (await this.delivery(hookId, id))!;
  }

  /** Newest first. */
  async pageOfDeliveries(hookId: number, request: PageRequest): Promise<Page<DeliveryRecord>> {
    const keys = [
      { column: 'created_at', type: 'timestamptz' as const },
      { column: 'id', type: 'uuid' as const },
    ];
    const rows = this.#deliveries().where({ hook_id: hookId });
    return readPage(
      this.database,
      { rows, columns: aliased(deliveryColumns), order: { keys, descending: true } },
      request,
    );
  }

  async delivery(hookId: number, id: string): Promise<DeliveryRecord | undefined> {
    return this.#deliveries()
      .where({ hook_id: hookId, id })
      .first<DeliveryRecord | undefined>(aliased(deliveryColumns));
  }

  /** Takes what is due, oldest first, and holds it until then: another controller takes others. */
  async takeDue(now: Date, heldUntil: Date, count: number): Promise<DeliveryRecord[]> {
    const due = this.#deliveries()
      .where({ state: 'waiting' })
      .where('next_at', '<=', now)
      .orderBy('next_at')
      .limit(count)
      .forUpdate()
      .skipLocked()
      .select('id');
    return (await this.#deliveries()
      .whereIn('id', due)
      .update({ next_at: heldUntil, attempts: this.database.raw('attempts + 1') })
      .returning(aliased(deliveryColumns))) as DeliveryRecord[];
  }

  async ended(id: string, { state, status, error, nextAt }: Attempt, now: Date): Promise<void> {
    await this.#deliveries()
      .where({ id })
      .update({
        state,
        last_status: status,
        last_error: error,
        next_at: nextAt,
        ended_at: state === 'waiting' ? null : now,
      });
  }

  /** Of each hook all but its newest. Resolves to the number that went. */
  async removeAllBut(count: number): Promise<number> {
    const { rowCount } = await this.database.raw<{ rowCount: number }>(
      `delete from deliveries using (
         select id, row_number() over (partition by hook_id order by created_at desc, id desc) as place from deliveries
       ) as ordered
       where deliveries.id = ordered.id and ordered.place > :count`,
      { count },
    );
    return rowCount;
  }

  #deliveries() {
    return this.database('deliveries');
  }
}
