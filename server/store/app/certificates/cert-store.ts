import type { Secret } from '../../../../base/secret.js';
import { boxRow } from '../../sealing/box-rows.js';
import { aliased, toRow, type Columns } from '../../columns.js';
import type { Database } from '../../database.js';
import { byName, mapPage, readPage, type Page, type PageRequest } from '../../page.js';
import type { SecretBox } from '../../sealing/secret-box.js';
import { conflictWhenTaken } from '../../violations.js';

/**
 * Who brought a certificate and renews it: `manual` is a user, `acme` the controller; one that the controller has
 * `generated` is signed by itself and renewed by nobody.
 */
export type CertSource = 'manual' | 'acme' | 'generated';

interface CertColumns {
  readonly id: number;
  readonly formationId: number;
  readonly name: string;
  /** PEM, leaf first. */
  readonly certificate: string;
  /** SHA-256 of the leaf, lower-case hex. */
  readonly fingerprint: string;
  /** Names that it is good for. */
  readonly domains: readonly string[];
  readonly expiresAt: Date;
  readonly source: CertSource;
  readonly createdAt: Date;
}

export interface CertRecord extends CertColumns {
  /** PEM. */
  readonly key: Secret;
}

/** `manual` unless said otherwise. */
export type NewCert = Omit<CertRecord, 'id' | 'createdAt' | 'source'> & Partial<Pick<CertRecord, 'source'>>;

const columns: Columns<CertColumns> = {
  id: 'id',
  formationId: 'formation_id',
  name: 'name',
  certificate: 'certificate',
  fingerprint: 'fingerprint',
  domains: 'domains',
  expiresAt: 'expires_at',
  source: 'source',
  createdAt: 'created_at',
};
const keyPlace = 'certs.key_encrypted';
const selected = [...aliased(columns), 'key_encrypted as boxedKey'];

type CertRow = CertColumns & { readonly boxedKey: Buffer };

export class CertStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** @throws Conflict when the formation has a certificate of this name */
  async insert({ key, ...cert }: NewCert): Promise<CertRecord> {
    const sealed = this.box.seal(key, keyPlace, boxRow(cert.formationId, cert.name));
    const row = { ...toRow<CertColumns>(columns, cert), key_encrypted: sealed };
    const rows = await conflictWhenTaken(
      this.#table().insert(row).returning(selected),
      `the formation has a certificate named ${cert.name} already`,
    );
    return this.#record(rows[0] as CertRow);
  }

  /** By name. */
  async ofFormation(formationId: number): Promise<CertRecord[]> {
    const rows = await this.#table()
      .where({ formation_id: formationId })
      .orderBy('name')
      .select<CertRow[]>(selected);
    return rows.map((row) => this.#record(row));
  }

  /** When each of a formation ends; opens no key. */
  async endsOf(formationId: number): Promise<Pick<CertRecord, 'name' | 'expiresAt'>[]> {
    return this.#table()
      .where({ formation_id: formationId })
      .orderBy('name')
      .select<Pick<CertRecord, 'name' | 'expiresAt'>[]>(aliased({ name: 'name', expiresAt: 'expires_at' }));
  }

  /** As `ofFormation`. */
  async pageOfFormation(formationId: number, request: PageRequest): Promise<Page<CertRecord>> {
    const rows = this.#table().where({ formation_id: formationId });
    return mapPage(
      await readPage<CertRow>(this.database, { rows, columns: selected, order: byName }, request),
      (row) => this.#record(row),
    );
  }

  async byName(formationId: number, name: string): Promise<CertRecord | undefined> {
    const row = await this.#table()
      .where({ formation_id: formationId, name })
      .first<CertRow | undefined>(selected);
    return row && this.#record(row);
  }

  /** Puts another pair in the place of this one, under its name. False when the formation has no such certificate. */
  async replace({ key, formationId, name, ...cert }: NewCert): Promise<boolean> {
    const sealed = this.box.seal(key, keyPlace, boxRow(formationId, name));
    const row = { ...toRow<CertColumns>(columns, cert), key_encrypted: sealed };
    return (await this.#table().where({ formation_id: formationId, name }).update(row)) > 0;
  }

  /** False when the formation has no such certificate. */
  async delete(formationId: number, name: string): Promise<boolean> {
    return (await this.#table().where({ formation_id: formationId, name }).delete()) > 0;
  }

  #record({ boxedKey, ...cert }: CertRow): CertRecord {
    return { ...cert, key: this.box.open(boxedKey, keyPlace, boxRow(cert.formationId, cert.name)) };
  }

  #table() {
    return this.database('certs');
  }
}
