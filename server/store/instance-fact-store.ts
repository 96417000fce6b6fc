import type { Secret } from '../../base/secret.js';
import { boxRow } from './sealing/box-rows.js';
import type { Database } from './database.js';
import type { SecretBox } from './sealing/secret-box.js';

const valuePlace = 'instance_facts.value_encrypted';

/** A sealed fact from elsewhere, a backup. @throws UnreadableBox */
export function openFact(box: SecretBox, key: string, sealed: Buffer): Secret {
  return box.open(sealed, valuePlace, boxRow(key));
}

/**
 * Secrets that this instance makes once and keeps: the git endpoint's host key, the key that signs slug URLs.
 */
export class InstanceFactStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  async get(key: string): Promise<Secret | undefined> {
    const row = await this.#table()
      .where({ key })
      .first<{ value_encrypted: Buffer } | undefined>('value_encrypted');
    return row && this.box.open(row.value_encrypted, valuePlace, boxRow(key));
  }

  /**
   * The kept value, or the newly made one; of several controllers that make it at once, all get the first one
   * kept.
   */
  async getOrCreate(key: string, make: () => Secret | Promise<Secret>): Promise<Secret> {
    const known = await this.get(key);
    if (known !== undefined) return known;
    const made = await make();
    await this.#table()
      .insert({ key, value_encrypted: this.box.seal(made, valuePlace, boxRow(key)) })
      .onConflict('key')
      .ignore();
    return (await this.get(key)) ?? made;
  }

  async set(key: string, value: Secret): Promise<void> {
    await this.#table()
      .insert({ key, value_encrypted: this.box.seal(value, valuePlace, boxRow(key)) })
      .onConflict('key')
      .merge();
  }

  #table() {
    return this.database('instance_facts');
  }
}
