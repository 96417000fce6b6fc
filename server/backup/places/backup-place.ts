import type { Readable } from 'node:stream';
import { parseArchiveName, type ArchiveName } from '../archive/archive-name.js';

/** An archive in a place: whole, or it is not listed. */
export interface StoredArchive extends ArchiveName {
  /** Bytes. */
  readonly size: number;
}

/** Any file of a place. */
export interface StoredFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Where archives are kept. */
export interface BackupPlace {
  /** For people. */
  readonly title: string;
  /** Newest first; of all instances. */
  list(): Promise<StoredArchive[]>;
  /** Everything that is whole, archives or not; without what its folders hold. */
  files(): Promise<StoredFile[]>;
  /** Names of its folders. */
  folders(): Promise<string[]>;
  /** A folder of this place, which need not be there. */
  within(folder: string): BackupPlace;
  /** Keeps a stream under a name. It is there whole or not at all, whatever happens. */
  put(name: string, source: Readable): Promise<void>;
  /** @throws NotFound */
  get(name: string): Promise<Readable>;
  /** Safe to repeat. */
  remove(name: string): Promise<void>;
}

/** The archives among these files, newest first. */
export function archivesOf(files: readonly StoredFile[]): StoredArchive[] {
  return byAge(
    files.flatMap(({ name, size }) => {
      const parsed = parseArchiveName(name);
      return parsed === undefined ? [] : [{ ...parsed, size }];
    }),
  );
}

/** Newest first. */
function byAge(archives: readonly StoredArchive[]): StoredArchive[] {
  return [...archives].sort(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || a.name.localeCompare(b.name),
  );
}
