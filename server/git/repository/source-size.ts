import type { Readable } from 'node:stream';
import { UserError } from '../../../base/errors.js';

/** Files, folders and links of one push. */
const maxEntries = 500_000;
/** Longer ones can be made in no file system (PATH_MAX of Linux). */
const maxPath = 4096;
/** Mode, type, object id and size before the path, and room to spare. */
const maxRecord = maxPath + 256;
/** A tar archive has blocks of this size: one before each entry, and the entry's bytes filled up. */
const tarBlock = 512;

/** What is said when the files of a push take more than they may. */
export function sourceTooLarge(maxBytes: number): UserError {
  return new UserError(
    `the pushed files take more than ${Math.floor(maxBytes / 1024 ** 2)} MB as they are unpacked ` +
      '(DEIS_BUILD_SOURCE): keep what is built or downloaded out of the repository',
  );
}

/**
 * Adds up what the files of a commit take, from the records of `GitRepository.entries`, and stops reading as
 * soon as that is too much: a tree that names one file many times is small in the repository alone.
 * @throws UserError when they take more than `maxBytes`, are too many, or have a path that is too long
 */
export async function checkSourceSize(records: Readable, maxBytes: number): Promise<void> {
  let [entries, bytes] = [0, 0];
  for await (const record of splitRecords(records)) {
    entries += 1;
    bytes += tarBytes(record);
    if (bytes > maxBytes) throw sourceTooLarge(maxBytes);
    if (entries > maxEntries)
      throw new UserError(`there are more than ${maxEntries} files and folders in this commit`);
  }
}

/** The records, which end with a NUL each. @throws UserError for a path that is too long */
export async function* splitRecords(stream: Readable): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0, start)) {
      yield rest.subarray(start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > maxRecord)
      throw new UserError(`there is a path of more than ${maxPath} bytes in this commit`);
  }
}

/** `<mode> <type> <id> <size>\t<path>`, with `-` for the size of what has none. */
function tarBytes(record: Buffer): number {
  const [, size = '-'] = /^\d+ \w+ [0-9a-f]+ +(\d+|-)\t/.exec(record.toString('latin1', 0, 200)) ?? [];
  return tarBlock + (size === '-' ? 0 : Math.ceil(Number(size) / tarBlock) * tarBlock);
}
