import { createCipheriv, createHash } from 'node:crypto';

/** A box as versions of deis made it before boxes were bound to their rows. @param key of 32 bytes */
export function unboundBox(key: Buffer, text: string, place: string): Buffer {
  const nonce = Buffer.alloc(12, 5);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const keyId = createHash('sha256').update('deis-key-id').update(key).digest().subarray(0, 8);
  return Buffer.concat([Buffer.from([1]), keyId, nonce, cipher.getAuthTag(), ciphertext]);
}
