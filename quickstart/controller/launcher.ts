import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Place } from '../place.js';

/** Where the `deis` of every terminal lies. */
export const launcherPath = '/usr/local/bin/deis';

const mark = (place: Place): string => `# made by the Deis Classic quickstart ${place.instance}`;

/**
 * Puts a launcher on PATH unless something else has the name. Returns how to call `deis` and what was done.
 */
export function installLauncher(
  place: Place,
  path = launcherPath,
): { readonly command: string; readonly note: string } {
  const program = join(place.root, 'bin', 'deis.js');
  const direct = `${process.execPath} ${program}`;
  if (existsSync(path) && !readFileSync(path, 'utf8').includes(mark(place)))
    return { command: direct, note: `${path} is something else's and stays; call deis as: ${direct}` };
  const text = `#!/bin/sh\n${mark(place)}\nexec '${process.execPath}' '${program}' "$@"\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text)
    return { command: 'deis', note: `${path} is there` };
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return { command: 'deis', note: `wrote ${path}` };
}

/** Removes the launcher if it is this quickstart's. */
export function removeLauncher(place: Place, path = launcherPath): boolean {
  if (!existsSync(path) || !readFileSync(path, 'utf8').includes(mark(place))) return false;
  rmSync(path);
  return true;
}

/**
 * Makes the quickstart's login the person's own, so that `deis` works in any terminal; a profile of another
 * controller stays, and the note says how to use this one.
 */
export function shareProfile(place: Place, profile: string, controllerUrl: string): string {
  const target = place.profile;
  if (target === profile) return `${target} is logged in to it`;
  if (existsSync(target) && !readFileSync(target, 'utf8').includes(`"${controllerUrl}"`)) {
    const remedy = `export DEIS_PROFILE=${profile}`;
    if (!isQuickstartsOwn(place, target))
      return `${target} belongs to another controller and stays; for this one: ${remedy}`;
  }
  const isNewFolder = mkdirSync(dirname(target), { recursive: true, mode: 0o700 }) !== undefined;
  copyFileSync(profile, target);
  chmodSync(target, 0o600);
  writeFileSync(`${target}.quickstart`, place.instance, { mode: 0o600 });
  if (place.owner !== null)
    for (const path of [...(isNewFolder ? [dirname(target)] : []), target, `${target}.quickstart`])
      chownSync(path, place.owner.uid, place.owner.gid);
  return `${target} is logged in to it`;
}

/** Removes the person's profile if this quickstart wrote it. */
export function removeProfile(place: Place): boolean {
  const target = place.profile;
  if (!isQuickstartsOwn(place, target)) return false;
  rmSync(target, { force: true });
  rmSync(`${target}.quickstart`, { force: true });
  return true;
}

function isQuickstartsOwn(place: Place, target: string): boolean {
  return (
    existsSync(`${target}.quickstart`) && readFileSync(`${target}.quickstart`, 'utf8') === place.instance
  );
}
