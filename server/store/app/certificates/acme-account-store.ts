import type { Secret } from '../../../../base/secret.js';
import { aliased, type Columns } from '../../columns.js';
import type { Database } from '../../database.js';
import { boxRow } from '../../sealing/box-rows.js';
import type { SecretBox } from '../../sealing/secret-box.js';

interface AccountColumns {
  readonly id: number;
  /** URL of the CA's directory. */
  readonly directory: string;
  /** Of its key (RFC 7638). */
  readonly thumbprint: string;
  /** What the CA calls it; null until it is registered. */
  readonly url: string | null;
}

/** The controller's account at a CA. */
export interface AcmeAccountRecord extends AccountColumns {
  /** EC P-256, PEM. */
  readonly key: Secret;
}

const columns: Columns<AccountColumns> = {
  id: 'id',
  directory: 'directory',
  thumbprint: 'thumbprint',
  url: 'url',
};
const keyPlace = 'acme_accounts.key_encrypted';
const selected = [...aliased(columns), 'key_encrypted as boxedKey'];

type AccountRow = AccountColumns & { readonly boxedKey: Buffer };

export class AcmeAccountStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /**
   * The account at this CA, made with `make` where there is none; of several controllers that make it at once, all
   * get the first one kept.
   */
  async getOrCreate(
    directory: string,
    make: () => { readonly key: Secret; readonly thumbprint: string },
  ): Promise<AcmeAccountRecord> {
    const known = await this.#first({ directory });
    if (known !== undefined) return known;
    const { key, thumbprint } = make();
    await this.#table()
      .insert({ directory, thumbprint, key_encrypted: this.box.seal(key, keyPlace, boxRow(directory)) })
      .onConflict('directory')
      .ignore();
    const made = await this.#first({ directory });
    if (made === undefined) throw new Error(`the account at ${directory} is gone`);
    return made;
  }

  async byId(id: number): Promise<AcmeAccountRecord | undefined> {
    return this.#first({ id });
  }

  /** Writes down what the CA calls it; null: it does not know it any more. */
  async setUrl(id: number, url: string | null): Promise<void> {
    await this.#table().where({ id }).update({ url });
  }

  async #first(where: Readonly<Record<string, unknown>>): Promise<AcmeAccountRecord | undefined> {
    const row = await this.#table().where(where).first<AccountRow | undefined>(selected);
    if (row === undefined) return undefined;
    const { boxedKey, ...account } = row;
    return { ...account, key: this.box.open(boxedKey, keyPlace, boxRow(account.directory)) };
  }

  #table() {
    return this.database('acme_accounts');
  }
}
