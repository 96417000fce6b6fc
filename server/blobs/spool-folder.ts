import { join } from 'node:path';

/** Where files wait for their upload. */
export const spoolFolder = (dataDir: string): string => join(dataDir, 'uploads');
