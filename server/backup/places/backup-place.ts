import type { Readable } from 'node:stream';
import type { ArchiveName } from '../archive/archive-name.js';

/** An archive in a place: whole, or it is not listed. */
export interface StoredArchive extends ArchiveName {
  /** Bytes. */
  readonly size: number;
}

/** Where archives are kept. */
export interface BackupPlace {
  /** For people. */
  readonly title: string;
  /** Newest first; of all instances. */
  list(): Promise<StoredArchive[]>;
  /** Keeps a stream under a name. It is there whole or not at all, whatever happens. */
  put(name: string, source: Readable): Promise<void>;
  /** @throws NotFound */
  get(name: string): Promise<Readable>;
  /** Safe to repeat. */
  remove(name: string): Promise<void>;
}

/** Newest first. */
export function byAge(archives: readonly StoredArchive[]): StoredArchive[] {
  return [...archives].sort(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || a.name.localeCompare(b.name),
  );
}
