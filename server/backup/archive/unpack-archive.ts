import { Readable } from 'node:stream';
import tarStream from 'tar-stream';
import { UserError } from '../../../base/errors.js';
import { maxTextBytes } from './archive-format.js';

type Extract = ReturnType<typeof tarStream.extract>;
type Entry = Extract extends AsyncIterable<infer Each> ? Each : never;

/** A section as it is read; what of it is not read is passed over. */
export interface ReadSection {
  readonly name: string;
  readonly body: Readable;
}

/** The sections of an archive in their order. @throws UserError for what is no archive of ours */
export async function* unpackArchive(archive: Readable): AsyncGenerator<ReadSection> {
  const extract = tarStream.extract();
  archive.on('error', (error) => extract.destroy(error));
  extract.on('close', () => archive.destroy());
  const entries = archive.pipe(extract)[Symbol.asyncIterator]();
  let next = await entries.next();
  /** The pieces of one section, the first of which is at hand. */
  async function* pieces(section: string): AsyncGenerator<Buffer> {
    for (; next.done !== true && nameOf(next.value) === section; next = await entries.next())
      for await (const chunk of next.value as AsyncIterable<Buffer>) yield chunk;
  }
  try {
    while (next.done !== true) {
      const name = nameOf(next.value);
      const body = Readable.from(pieces(name), { objectMode: false });
      yield { name, body };
      if (!body.readableEnded) for await (const chunk of body) void chunk;
    }
  } finally {
    archive.destroy();
  }
}

/** All of a section that is text. @throws UserError when it is too long */
export async function readText({ name, body }: ReadSection): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxTextBytes)
      throw new UserError(`this archive's ${name} is larger than ${maxTextBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function nameOf({ header }: Entry): string {
  const [, name, number] = /^(.+)#(\d+)$/.exec(header.name) ?? [];
  if (name === undefined || number === undefined)
    throw new UserError(`this archive holds ${header.name}, which no version of this program writes`);
  return name;
}
