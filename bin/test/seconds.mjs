// How long each test file took once, test/seconds.json: by it files share lanes and turns.
// `npm test -- --record-seconds` writes those of the files that ran, and keeps the others.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tier -> seconds of a file that has no number: a new one, or, of the fast tiers, one of less than a second. */
const usual = { architecture: 0.2, unit: 0.2, contract: 10, integration: 2, acceptance: 60 };
const place = (root) => join(root, 'test', 'seconds.json');
const tierOf = (file) => file.split('/')[1];
/** Of a tier in which nearly every file takes less than a second: those have no numbers. */
export const isFast = (file) => (usual[tierOf(file)] ?? 1) < 1;

/** @returns file -> seconds */
export function readSeconds(root) {
  return existsSync(place(root)) ? JSON.parse(readFileSync(place(root), 'utf8')) : {};
}

/** How long a file is expected to take. */
export const secondsOf = (file, seconds) => seconds[file] ?? usual[tierOf(file)] ?? 1;

/**
 * @param seconds those of before
 * @param summaries of lanes; a file that failed may have broken off early, and keeps its number
 * @returns all that is known, in the order of the files, without files that are gone
 */
export function recorded(seconds, summaries, isThere) {
  const known = new Map(Object.entries(seconds));
  for (const { seconds: took, files } of summaries)
    for (const [file, s] of Object.entries(took)) {
      if (files[file] === undefined || files[file].failed > 0 || files[file].passed === 0) continue;
      if (isFast(file) && s < 1) known.delete(file);
      else known.set(file, Math.max(1, Math.round(s)));
    }
  return Object.fromEntries([...known].filter(([file]) => isThere(file)).sort());
}

export function recordSeconds(root, seconds, summaries) {
  const all = recorded(seconds, summaries, (file) => existsSync(join(root, file)));
  writeFileSync(place(root), `${JSON.stringify(all, null, 2)}\n`);
}
