import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The file that the log server writes to; earlier ones lie beside it. */
export const currentFile = 'current.log';

/** What is kept of one formation's lines, in one file. */
export interface Segment {
  readonly name: string;
  readonly bytes: number;
  /** When the first line may have come, and the last one. */
  readonly from: Date;
  readonly to: Date;
  readonly isCompressed: boolean;
}

/** Where the log server has its own files, and below it a folder for each formation. */
export function formationsFolder(folder: string): string {
  return join(folder, 'formations');
}

/** Where a formation's lines lie. @param key as `LogAuthority.formationKey` gives it */
export function keptFolder(folder: string, key: string): string {
  return join(formationsFolder(folder), key);
}

const rotated = /^(\d{1,15})-(\d{1,15})\.log(\.gz)?$/;

/** The name of a file that is full: milliseconds of when it began and ended. */
export function rotatedName(from: Date, to: Date): string {
  return `${from.getTime()}-${to.getTime()}.log`;
}

/** All segments, oldest first, the current file last; none where there is no folder. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const names = await readdir(folder).catch(ifMissing([] as string[]));
  const all = await Promise.all(names.map((name) => segmentOf(folder, name)));
  return all
    .filter((segment) => segment !== undefined)
    .sort(
      (a, b) =>
        Number(a.name === currentFile) - Number(b.name === currentFile) || a.to.getTime() - b.to.getTime(),
    );
}

/** As `listSegments`, each line in one of them: while a file is packed, both are there for a moment. */
export async function readableSegments(folder: string): Promise<Segment[]> {
  const all = await listSegments(folder);
  const names = new Set(all.map(({ name }) => name));
  return all.filter(({ name }) => !names.has(`${name}.gz`));
}

/** How much is kept of all formations. */
export async function keptSize(folder: string): Promise<{ readonly bytes: number; readonly files: number }> {
  let [bytes, files] = [0, 0];
  for (const key of await readdir(formationsFolder(folder)).catch(ifMissing([] as string[])))
    for (const segment of await listSegments(keptFolder(folder, key))) {
      bytes += segment.bytes;
      files += 1;
    }
  return { bytes, files };
}

async function segmentOf(folder: string, name: string): Promise<Segment | undefined> {
  const [, from, to, gz] = rotated.exec(name) ?? [];
  if (from === undefined && name !== currentFile) return undefined;
  const found = await stat(join(folder, name)).catch(ifMissing(undefined));
  if (found === undefined) return undefined;
  return {
    name,
    bytes: found.size,
    from: from === undefined ? found.birthtime : new Date(Number(from)),
    to: to === undefined ? found.mtime : new Date(Number(to)),
    isCompressed: gz !== undefined,
  };
}

/** For a catch: what is not there is `value`. */
export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
}
