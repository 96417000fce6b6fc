import type { Secret } from '../../../../base/secret.js';
import { aliased, toJson, toRow, type Columns } from '../../columns.js';
import type { Database } from '../../database.js';
import { boxRow } from '../../sealing/box-rows.js';
import type { SecretBox } from '../../sealing/secret-box.js';
import { renewalColumns, type RenewalState } from './renewal-state.js';

/** What speaks against ordering for a name. Times in ISO 8601. */
export interface NameProblem {
  /** A sentence. */
  readonly problem: string;
  /** When it was seen last. */
  readonly at: string;
  /** In a row. */
  readonly tries: number;
  readonly notBefore: string;
  /** A CA has refused the name: it is not asked before, whoever wants it. */
  readonly isHeld?: boolean;
}

/** A formation whose certificates are ordered and renewed here. */
export interface AutoCertsRecord {
  readonly formationId: number;
  readonly accountId: number;
  readonly problems: Readonly<Record<string, NameProblem>>;
  /** When there may be something to do. */
  readonly lookAt: Date;
}

interface OrderColumns extends RenewalState {
  readonly id: number;
  readonly formationId: number;
  /** Of the certificate that it becomes. */
  readonly name: string;
  readonly domains: readonly string[];
  /** Of the order that is under way. */
  readonly orderUrl: string | null;
  /** The CA has asked to be left alone until then. */
  readonly isHeld: boolean;
  /** What brings the newest certificate to the proxies. */
  readonly operationId: string | null;
}

/** A certificate that is kept good for its names. */
export interface AutoCertOrder extends OrderColumns {
  /** EC P-256, PEM, of the order that is under way. */
  readonly key: Secret | null;
}

const columns: Columns<AutoCertsRecord> = {
  formationId: 'formation_id',
  accountId: 'account_id',
  problems: 'problems',
  lookAt: 'look_at',
};
const orderColumns: Columns<OrderColumns> = {
  id: 'id',
  formationId: 'formation_id',
  name: 'name',
  domains: 'domains',
  orderUrl: 'order_url',
  isHeld: 'is_held',
  ...renewalColumns,
  operationId: 'operation_id',
};
const keyPlace = 'auto_cert_orders.key_encrypted';
const selectedOrder = [...aliased(orderColumns), 'key_encrypted as boxedKey'];

type OrderRow = OrderColumns & { readonly boxedKey: Buffer | null };
/** What changes of an order; its URL and key by `begin` and `endOrder`. */
export type OrderChanges = Partial<Omit<OrderColumns, 'id' | 'formationId' | 'name' | 'orderUrl'>>;

/** Which formations have their certificates ordered, and how far each certificate is. */
export class AutoCertStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Begins it, or moves it to another account. */
  async enable(formationId: number, accountId: number, now: Date): Promise<void> {
    await this.#table()
      .insert({ formation_id: formationId, account_id: accountId, look_at: now })
      .onConflict('formation_id')
      .merge(['account_id', 'look_at']);
  }

  /** Ends it; its orders are forgotten. False when it was not enabled. */
  async disable(formationId: number): Promise<boolean> {
    return (await this.#table().where({ formation_id: formationId }).delete()) > 0;
  }

  async byFormation(formationId: number): Promise<AutoCertsRecord | undefined> {
    return this.#table()
      .where({ formation_id: formationId })
      .first<AutoCertsRecord | undefined>(aliased(columns));
  }

  /** Ids of formations where there may be something to do, who waits longest first. */
  async due(now: Date, limit: number): Promise<number[]> {
    const rows = await this.#table()
      .where('look_at', '<=', now)
      .orderBy('look_at')
      .limit(limit)
      .select<{ formation_id: number }[]>('formation_id');
    return rows.map((row) => row.formation_id);
  }

  /** What proxies answer challenges with; undefined where it is not enabled. */
  async thumbprint(formationId: number): Promise<string | undefined> {
    const row = await this.#table()
      .join('acme_accounts', 'acme_accounts.id', 'account_id')
      .where({ formation_id: formationId })
      .first<{ thumbprint: string } | undefined>('thumbprint');
    return row?.thumbprint;
  }

  /** Nothing where it is not enabled. */
  async lookAt(formationId: number, moment: Date): Promise<void> {
    await this.#table().where({ formation_id: formationId }).update({ look_at: moment });
  }

  async setProblems(formationId: number, problems: AutoCertsRecord['problems']): Promise<void> {
    await this.#table()
      .where({ formation_id: formationId })
      .update({ problems: toJson(problems) });
  }

  /** By name. */
  async orders(formationId: number): Promise<AutoCertOrder[]> {
    const rows = await this.#orders()
      .where({ formation_id: formationId })
      .orderBy('name')
      .select<OrderRow[]>(selectedOrder);
    return rows.map((row) => this.#order(row));
  }

  /** Keeps a certificate good for these names, from now on or still. */
  async keep(formationId: number, name: string, domains: readonly string[]): Promise<void> {
    const names = toJson(domains);
    await this.#orders()
      .insert({ formation_id: formationId, name, domains: names })
      .onConflict(['formation_id', 'name'])
      .merge({ domains: names });
  }

  async remove(id: number): Promise<void> {
    await this.#orders().where({ id }).delete();
  }

  async update(id: number, changes: OrderChanges): Promise<void> {
    await this.#orders().where({ id }).update(toRow<OrderColumns>(orderColumns, changes));
  }

  /** Writes an order down that is under way. False when there is one already: it is the one to go on with. */
  async begin(
    { id, formationId, name }: Pick<OrderColumns, 'id' | 'formationId' | 'name'>,
    orderUrl: string,
    key: Secret,
  ): Promise<boolean> {
    const boxed = this.box.seal(key, keyPlace, boxRow(formationId, name));
    const free = this.#orders().where({ id, order_url: null });
    return (await free.update({ order_url: orderUrl, key_encrypted: boxed })) > 0;
  }

  /** Forgets the order that was under way. */
  async endOrder(id: number): Promise<void> {
    await this.#orders().where({ id }).update({ order_url: null, key_encrypted: null });
  }

  #order({ boxedKey, ...order }: OrderRow): AutoCertOrder {
    const row = boxRow(order.formationId, order.name);
    return { ...order, key: boxedKey === null ? null : this.box.open(boxedKey, keyPlace, row) };
  }

  #table() {
    return this.database('auto_certs');
  }

  #orders() {
    return this.database('auto_cert_orders');
  }
}
