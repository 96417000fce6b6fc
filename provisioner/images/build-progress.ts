import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Progress } from './host/install-packages.js';

/** Below /run, where root alone writes. */
const progressFile = '/run/deis-images.progress';
const followEveryMs = 500;

/** A build's progress, also for other processes that wait for it; where the file cannot be written, not for them. */
export function announced(progress: Progress, path = progressFile): Progress {
  return {
    ...progress,
    onProgress: (line) => {
      tell(line, path);
      progress.onProgress?.(line);
    },
  };
}

/** Shows what the build under way says last, and each line that follows, until the function returned is called. */
export function follow(show: (line: string) => void, path = progressFile): () => void {
  let last: string | undefined;
  const look = (): void => {
    const line = said(path);
    if (line === undefined || line === last) return;
    last = line;
    show(line);
  };
  look();
  const looking = setInterval(look, followEveryMs);
  return () => clearInterval(looking);
}

/** What a build said is of no use after it. */
export function forget(path = progressFile): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Another user's, who may not write there either.
  }
}

function tell(line: string, path: string): void {
  try {
    writeFileSync(path, line);
  } catch {
    // Not root: those who wait do without.
  }
}

function said(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8') || undefined;
  } catch {
    return undefined;
  }
}
