// What making images needs of this project, so that it can begin while npm still fetches the rest.

/** What quickstart/images-ahead.ts imports of npm, and what runs TypeScript. A test compares. */
export const packages = ['dockerode', 'execa', 'tsx'];

/** Where its own modules lie. The same test compares. */
export const folders = ['base', 'cookbooks', 'provisioner', 'quickstart'];

/**
 * package.json and package-lock.json that install these packages and what they need, in the versions and with the
 * checksums of the project's lock. `lock`: the project's package-lock.json.
 */
export function partOfLock(lock, names) {
  const part = {};
  const add = (place) => {
    if (place in part) return;
    const entry = { ...lock.packages[place] };
    // Said of the project, not of this part of it.
    delete entry.dev;
    delete entry.devOptional;
    part[place] = entry;
    for (const name of Object.keys(entry.dependencies ?? {})) add(placeOf(lock, name, place));
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      const optional = findPlace(lock, name, place);
      if (optional !== undefined) add(optional);
    }
  };
  for (const name of names) add(placeOf(lock, name, ''));
  const { name, version, lockfileVersion } = lock;
  const dependencies = Object.fromEntries(
    names.map((each) => [each, lock.packages[`node_modules/${each}`].version]),
  );
  const root = { name, version, dependencies };
  return {
    manifest: { ...root, private: true, type: 'module' },
    lock: { name, version, lockfileVersion, requires: true, packages: { '': root, ...part } },
  };
}

function placeOf(lock, name, from) {
  const place = findPlace(lock, name, from);
  if (place === undefined) throw new Error(`package-lock.json has no ${name}, which ${from || 'it'} needs`);
  return place;
}

/** As Node.js looks for it: below who asks, then beside, then further out. */
function findPlace(lock, name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (place in lock.packages) return place;
    if (at === '') return undefined;
  }
}
