// pebble, a CA for tests: Debian's package of that name, which test/packages.txt lists.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const programs = ['pebble', 'pebble-challtestsrv'];

/** @returns `reason` why tests cannot use it; nothing when they can */
export function findPebble() {
  const missing = programs.filter((program) => !isThere(program));
  return missing.length === 0
    ? {}
    : { reason: `there is no ${missing.join(' and no ')}, of Debian's package pebble` };
}

function isThere(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
