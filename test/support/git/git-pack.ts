import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

const types = { commit: 1, tree: 2, blob: 3, refDelta: 7 } as const;

/** One object of a pack; of a delta its base's id, too. */
export interface PackObject {
  readonly type: keyof typeof types;
  readonly data: Buffer;
  readonly base?: string;
}

/** A pack as git sends it (gitformat-pack(5)), with a right checksum whatever it holds. */
export function packOf(objects: readonly PackObject[]): Buffer {
  const header = Buffer.alloc(12);
  header.write('PACK');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const bodies = objects.map(({ type, data, base }) =>
    Buffer.concat([
      entryHeader(types[type], data.length),
      Buffer.from(base ?? '', 'hex'),
      deflateSync(data, { level: 9 }),
    ]),
  );
  const body = Buffer.concat([header, ...bodies]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

export function objectId(type: 'commit' | 'tree' | 'blob', data: Buffer): string {
  return createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex');
}

/** A delta that copies the first bytes of its base again and again: what it makes is so much larger. */
export function repeatingDelta(baseSize: number, times: number): Buffer {
  const copy = Buffer.from([0x80 | 0x10 | 0x20, baseSize & 0xff, baseSize >> 8]);
  return Buffer.concat([
    varint(baseSize),
    varint(baseSize * times),
    ...Array.from({ length: times }, () => copy),
  ]);
}

/** What a client sends to push one ref: the command, then the pack. */
export function pushStream(id: string, ref: string, pack: Buffer): Buffer {
  const command = `${'0'.repeat(40)} ${id} ${ref}\0 report-status`;
  const line = `${(command.length + 4).toString(16).padStart(4, '0')}${command}`;
  return Buffer.concat([Buffer.from(`${line}0000`), pack]);
}

function entryHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  let rest = Math.floor(size / 16);
  while (rest > 0) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest & 0x7f);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from(bytes);
}

function varint(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}
