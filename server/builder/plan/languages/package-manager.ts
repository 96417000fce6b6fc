import { UserError } from '../../../../base/errors.js';
import type { AppSource } from '../app-source.js';
import { asObject, shown } from '../json/json-file.js';

export type PackageManager = 'npm' | 'yarn' | 'pnpm';

export interface PackageManagerChoice {
  readonly name: PackageManager;
  /** Said to the pusher before the build. */
  readonly notes: readonly string[];
}

/** Lock files by who reads them, in npm's own order. */
const locks: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['npm-shrinkwrap.json', 'package-lock.json'],
  yarn: ['yarn.lock'],
  pnpm: ['pnpm-lock.yaml'],
};
const unread = ['bun.lockb', 'bun.lock'];
/** Hex digits of the hashes that Corepack knows. */
const hashDigits: Readonly<Record<string, number>> = {
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};
/** `pnpm@9.15.9`, with or without `+sha512.` and a hash. */
const form =
  /^(npm|yarn|pnpm)@(\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[0-9A-Za-z.-]{1,40})?)(?:\+(sha\d+)\.([0-9a-f]+))?$/;

/**
 * Who installs the packages of a Node.js app: whom packageManager names, else by the lock file, npm first; npm
 * without one. The buildpack's lib/manager.mjs says the same within the build.
 * @throws UserError for a packageManager that names none of them by an exact version
 */
export function choosePackageManager(
  { names }: Pick<AppSource, 'names'>,
  manifest: Readonly<Record<string, unknown>>,
): PackageManagerChoice {
  const declared = declaredManager(manifest['packageManager']);
  const present = (Object.keys(locks) as PackageManager[]).find((each) =>
    locks[each].some((lock) => names.has(lock)),
  );
  const name = declared?.name ?? present ?? 'npm';
  const lock = locks[name].find((each) => names.has(each));
  const foreign = [...Object.values(locks).flat(), ...unread].filter(
    (each) => names.has(each) && !locks[name].includes(each),
  );
  const counts = lock === undefined ? `${name} chooses versions by package.json` : `${lock} counts`;
  return {
    name,
    notes: [
      ...(foreign.length > 0 ? [`${foreign.join(' and ')} is not read: ${counts}`] : []),
      ...(lock === undefined && foreign.length === 0
        ? [`No ${locks[name].at(-1)!}: two pushes may get different versions of packages`]
        : []),
      ...(declared?.name === 'npm'
        ? [`packageManager: npm ${declared.version} is not installed: npm comes with Node.js`]
        : []),
      ...enginesNotes(manifest['engines'], declared?.name),
    ],
  };
}

/** Versions of package managers that engines asks for choose none. */
function enginesNotes(engines: unknown, declared: PackageManager | undefined): string[] {
  const asked = (Object.keys(locks) as PackageManager[]).filter((each) =>
    Object.hasOwn(asObject(engines), each),
  );
  const others = asked.filter((each) => each !== 'npm' && each !== declared).map((each) => `engines.${each}`);
  const be = others.length === 1 ? 'is' : 'are';
  return [
    ...(asked.includes('npm') ? ['engines.npm is not heeded: npm is the one that comes with Node.js'] : []),
    ...(others.length > 0
      ? [`${others.join(' and ')} ${be} not heeded: packageManager names the version, e.g. "pnpm@9.15.9"`]
      : []),
  ];
}

function declaredManager(value: unknown): { name: PackageManager; version: string } | undefined {
  if (value === undefined) return undefined;
  const [, name, version, algorithm, hash = ''] = (typeof value === 'string' ? form.exec(value) : null) ?? [];
  if (name !== undefined && (algorithm === undefined || hashDigits[algorithm] === hash.length))
    return { name: name as PackageManager, version: version! };
  throw new UserError(
    `package.json: packageManager is ${shown(value)}, and is not one that can be had: expected npm, yarn or pnpm ` +
      'with an exact version, e.g. "pnpm@9.15.9"',
    { field: 'packageManager' },
  );
}
