import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { currentFile } from './kept-logs.js';

/** Characters of an event that are kept. */
const maxText = 4_000;

/** No two events have one time: they are told apart by it. */
let count = 0;

/** Something that the platform did to an app, or saw. */
export interface PlatformEvent {
  /** What it speaks of, e.g. `deploy`, or `web.1`. */
  readonly process: string;
  readonly text: string;
  readonly at: Date;
}

/**
 * Adds a line of the platform's own to those of a formation, in one write: others may write beside it.
 * @param folder of the formation; made when missing
 */
export async function appendEvent(folder: string, { process, text, at }: PlatformEvent): Promise<void> {
  const stored = {
    log: `${text.slice(0, maxText).replaceAll('\n', ' ')}\n`,
    stream: 'stdout',
    attrs: { tag: `platform/${process}` },
    time: at.toISOString().replace(/Z$/, `${String((count += 1) % 1_000_000).padStart(6, '0')}Z`),
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const line = `controller platform - ${JSON.stringify(stored)}\n`;
  await appendFile(join(folder, currentFile), line, { mode: 0o600 });
}
