import type { Secret } from '../../../../base/secret.js';
import { aliased, toRow, type Columns } from '../../columns.js';
import type { Database } from '../../database.js';
import { boxRow } from '../../sealing/box-rows.js';
import type { SecretBox } from '../../sealing/secret-box.js';
import { renewalColumns, type RenewalState } from './renewal-state.js';

/** How far the certificate of the API is; without its keys. */
export interface ApiCertificateState extends RenewalState {
  /** The name that it is good for. */
  readonly domain: string;
  /** URL of the directory of the CA. */
  readonly directory: string;
  /** PEM, leaf first; null before the first. */
  readonly certificate: string | null;
  /** SHA-256 of the leaf, lower-case hex. */
  readonly fingerprint: string | null;
  readonly expiresAt: Date | null;
  /** Of the order that is under way. */
  readonly orderUrl: string | null;
  /** Why the last attempt came to nothing; null where it did not. */
  readonly setback: string | null;
}

export interface ApiCertificateRecord extends ApiCertificateState {
  /** The API shows it, or will as soon as there is one. */
  readonly inUse: boolean;
  /** PEM. */
  readonly key: Secret | null;
  /** EC P-256, PEM, of the order that is under way. */
  readonly orderKey: Secret | null;
}

/** What changes beside the certificate; the order by `begin` and `endOrder`. */
export type ApiCertificateChanges = Partial<
  Omit<ApiCertificateState, 'domain' | 'directory' | 'certificate' | 'fingerprint' | 'expiresAt' | 'orderUrl'>
>;

/** A certificate with its key, PEM. */
export interface NewApiCertificate {
  readonly certificate: string;
  readonly key: Secret;
  readonly fingerprint: string;
  readonly expiresAt: Date;
}

const columns: Columns<ApiCertificateState> = {
  domain: 'domain',
  directory: 'directory',
  certificate: 'certificate',
  fingerprint: 'fingerprint',
  expiresAt: 'expires_at',
  orderUrl: 'order_url',
  setback: 'setback',
  ...renewalColumns,
};
/** Between an attempt at one CA and one at another. */
const orderMinutes = 10;
const keyPlace = 'api_certificates.key_encrypted';
const orderKeyPlace = 'api_certificates.order_key_encrypted';

type Row = ApiCertificateState & { readonly inUse: boolean } & {
  readonly boxedKey: Buffer | null;
  readonly boxedOrderKey: Buffer | null;
};

/** How far it is, for who has no master key. undefined where none was ordered yet. */
export async function readApiCertificate(
  database: Database,
  domain: string,
): Promise<ApiCertificateState | undefined> {
  return database('api_certificates')
    .where({ domain })
    .first<ApiCertificateState | undefined>(aliased(columns));
}

/** The certificate that the API of this controller shows, by its domain. */
export class ApiCertificateStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  state(domain: string): Promise<ApiCertificateState | undefined> {
    return readApiCertificate(this.database, domain);
  }

  async byDomain(domain: string): Promise<ApiCertificateRecord | undefined> {
    const row = await this.#of(domain).first<Row | undefined>([
      ...aliased(columns),
      'in_use as inUse',
      'key_encrypted as boxedKey',
      'order_key_encrypted as boxedOrderKey',
    ]);
    if (row === undefined) return undefined;
    const { boxedKey, boxedOrderKey, ...state } = row;
    const open = (box: Buffer | null, place: string): Secret | null =>
      box === null ? null : this.box.open(box, place, boxRow(domain));
    return { ...state, key: open(boxedKey, keyPlace), orderKey: open(boxedOrderKey, orderKeyPlace) };
  }

  /** That of this domain is what the API shows; without one it shows none that is ordered here. */
  async use(domain: string | undefined): Promise<void> {
    await this.database('api_certificates')
      .update({ in_use: false })
      .whereNot({ domain: domain ?? '' });
    if (domain !== undefined) await this.#of(domain).update({ in_use: true });
  }

  /** What the API shows: the first to expire, where controllers have several names. */
  async inUse(): Promise<ApiCertificateState | undefined> {
    return this.database('api_certificates')
      .where({ in_use: true })
      .orderByRaw('expires_at nulls first, domain')
      .first<ApiCertificateState | undefined>(aliased(columns));
  }

  /**
   * Has one ordered for this domain, from this CA from now on: an order at another one is forgotten, and a certificate
   * of another one renewed at once, save for a pause after the last attempt: two controllers with different CAs must
   * not order without an end. This CA does not know when.
   */
  async keep(domain: string, directory: string): Promise<ApiCertificateRecord> {
    const known = await this.byDomain(domain);
    if (known?.directory === directory && known.inUse) return known;
    await this.database('api_certificates').insert({ domain, directory }).onConflict('domain').ignore();
    // A controller that shows none, and starts while this one goes on, says that it is not in use.
    await this.#of(domain).update({ in_use: true });
    const after = `last_attempt_at + interval '${orderMinutes} minutes'`;
    const atOnce = this.database.raw(
      `case when certificate is null then null else greatest(now(), ${after}) end`,
    );
    const pause = this.database.raw(`case when ${after} > now() then ${after} end`);
    await this.#of(domain)
      .whereNot({ directory })
      .update({
        ...{ directory, ...noOrder, failures: 0, setback: null, not_before: pause, last_error: null },
        ...{ renew_at: atOnce, renewal_by: null, explanation: null },
        ask_renewal_at: this.database.ref('expires_at'),
      });
    const kept = await this.byDomain(domain);
    if (kept === undefined) throw new Error(`the certificate of ${domain} is gone`);
    return kept;
  }

  async update(domain: string, changes: ApiCertificateChanges): Promise<void> {
    await this.#of(domain).update(toRow<ApiCertificateState>(columns, changes));
  }

  /** Puts a new pair in the place of the one before; the order that it is of has ended. */
  async replace(
    domain: string,
    { key, ...certificate }: NewApiCertificate,
    changes: ApiCertificateChanges,
  ): Promise<void> {
    await this.#of(domain).update({
      ...toRow<ApiCertificateState>(columns, { ...certificate, ...changes }),
      ...noOrder,
      key_encrypted: this.box.seal(key, keyPlace, boxRow(domain)),
    });
  }

  /** Writes an order down that is under way. False when there is one already: it is the one to go on with. */
  async begin(domain: string, orderUrl: string, key: Secret): Promise<boolean> {
    const boxed = this.box.seal(key, orderKeyPlace, boxRow(domain));
    const free = this.#of(domain).where({ order_url: null });
    return (await free.update({ order_url: orderUrl, order_key_encrypted: boxed })) > 0;
  }

  /** Forgets the order that was under way. */
  async endOrder(domain: string): Promise<void> {
    await this.#of(domain).update(noOrder);
  }

  #of(domain: string) {
    return this.database('api_certificates').where({ domain });
  }
}

const noOrder = { order_url: null, order_key_encrypted: null };
