import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Secret } from '../../../base/secret.js';

/** Box layout: version (1 byte) | key id (8) | nonce (12) | tag (16) | ciphertext. */
const version = 2;
/** Of boxes that were not bound to their row. */
const unboundVersion = 1;
const keyIdLength = 8;
const nonceLength = 12;
const tagLength = 16;
const headerLength = 1 + keyIdLength + nonceLength + tagLength;

/**
 * Encrypts columns with AES-256-GCM (NIST SP 800-38D). The first key seals; all keys open, each box names its
 * own, so that a key can be replaced. `place` (`table.column`) and `row` (see box-rows.ts) are authenticated: a box
 * moved to another column or row does not open.
 */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #sealingKey: Buffer;

  /** @param keys 32 bytes each, newest first. */
  constructor(keys: readonly Buffer[]) {
    const first = keys[0];
    if (first === undefined || keys.some((key) => key.length !== 32))
      throw new Error('a secret box needs keys of 32 bytes');
    this.#sealingKey = first;
    this.#keys = new Map(keys.map((key) => [keyId(key).toString('hex'), key]));
  }

  /** As boxes of the newest key name it. */
  get newestKeyId(): Buffer {
    return keyId(this.#sealingKey);
  }

  seal(plain: Secret, place: string, row: string): Buffer {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', this.#sealingKey, nonce).setAAD(bound(place, row));
    const ciphertext = Buffer.concat([cipher.update(plain.reveal(), 'utf8'), cipher.final()]);
    return Buffer.concat([
      Buffer.from([version]),
      keyId(this.#sealingKey),
      nonce,
      cipher.getAuthTag(),
      ciphertext,
    ]);
  }

  /**
   * @throws UnreadableBox when the key is not at hand, or the box was changed or belongs to another place or row.
   */
  open(box: Buffer, place: string, row: string): Secret {
    return this.#open(box, { version, place, authenticated: bound(place, row) });
  }

  /** Opens a box from before boxes were bound to their row: for `bindBoxes` alone. @throws UnreadableBox */
  openUnbound(box: Buffer, place: string): Secret {
    return this.#open(box, { version: unboundVersion, place, authenticated: Buffer.from(place) });
  }

  #open(box: Buffer, expected: { version: number; place: string; authenticated: Buffer }): Secret {
    const { place, authenticated } = expected;
    if (box.length < headerLength || box[0] !== expected.version)
      throw new UnreadableBox(`${place} holds no box of version ${expected.version}`);
    const id = box.subarray(1, 1 + keyIdLength).toString('hex');
    const key = this.#keys.get(id);
    if (key === undefined)
      throw new UnreadableBox(`${place} is encrypted under key ${id}, which is not in the master key file`);
    const nonce = box.subarray(1 + keyIdLength, 1 + keyIdLength + nonceLength);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
    decipher.setAAD(authenticated);
    decipher.setAuthTag(box.subarray(headerLength - tagLength, headerLength));
    try {
      return new Secret(
        decipher.update(box.subarray(headerLength), undefined, 'utf8') + decipher.final('utf8'),
      );
    } catch (error) {
      throw new UnreadableBox(`${place} was changed or belongs elsewhere`, { cause: error });
    }
  }
}

const bound = (place: string, row: string): Buffer => Buffer.from(`${place}\n${row}`);

/** A box that the present keys do not open. */
export class UnreadableBox extends Error {
  override readonly name = 'UnreadableBox';
}

function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('deis-key-id').update(key).digest().subarray(0, keyIdLength);
}
