import { join } from 'node:path';

/** Where the embedded PostgreSQL of a data directory lives. */
export function embeddedHome(dataDir: string): string {
  return join(dataDir, 'postgres');
}
