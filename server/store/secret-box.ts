import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Secret } from '../../base/secret.js';

/** Box layout: version (1 byte) | key id (8) | nonce (12) | tag (16) | ciphertext. */
const version = 1;
const keyIdLength = 8;
const nonceLength = 12;
const tagLength = 16;
const headerLength = 1 + keyIdLength + nonceLength + tagLength;

/**
 * Encrypts columns with AES-256-GCM (NIST SP 800-38D). The first key seals; all keys open, each box names its
 * own, so that a key can be replaced. `place` (`table.column`) is authenticated: a box moved to another
 * column does not open.
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

  seal(plain: Secret, place: string): Buffer {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', this.#sealingKey, nonce).setAAD(Buffer.from(place));
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
   * @throws UnreadableBox when the key is not at hand, or the box was changed or belongs to another place.
   */
  open(box: Buffer, place: string): Secret {
    if (box.length < headerLength || box[0] !== version)
      throw new UnreadableBox(`${place} holds no box of version ${version}`);
    const id = box.subarray(1, 1 + keyIdLength).toString('hex');
    const key = this.#keys.get(id);
    if (key === undefined)
      throw new UnreadableBox(`${place} is encrypted under key ${id}, which is not in the master key file`);
    const nonce = box.subarray(1 + keyIdLength, 1 + keyIdLength + nonceLength);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(
      Buffer.from(place),
    );
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

/** A box that the present keys do not open. */
export class UnreadableBox extends Error {
  override readonly name = 'UnreadableBox';
}

function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('deis-key-id').update(key).digest().subarray(0, keyIdLength);
}
