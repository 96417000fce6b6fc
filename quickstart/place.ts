import { createHash } from 'node:crypto';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a quickstart keeps its things; two checkouts never share one. */
export interface Place {
  /** The checkout or the installed package. */
  readonly root: string;
  /** Labels everything on the Docker engine. */
  readonly instance: string;
  readonly dataDir: string;
  /** The person's login, also under sudo: what DEIS_PROFILE names, else `~/.deis/client.json`. */
  readonly profile: string;
  /** Owner for files in the person's home; null when nobody else than the current user. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/** In the data directory, once a controller was started from it. */
export const startedFromFile = 'started-from.json';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Works out the place from the environment: `DEIS_INSTANCE` and `DEIS_DATA_DIR` win over what the checkout's
 * path gives, `DEIS_PROFILE` over the person's usual login.
 */
export function findPlace(env: Env = process.env, root: string = packageRoot()): Place {
  const instance = env['DEIS_INSTANCE'] ?? createHash('sha256').update(root).digest('hex').slice(0, 8);
  const isRoot = process.getuid?.() === 0;
  const sudo =
    isRoot && env['SUDO_UID'] !== undefined
      ? { uid: Number(env['SUDO_UID']), gid: Number(env['SUDO_GID'] ?? env['SUDO_UID']) }
      : null;
  const home = sudo === null ? homedir() : (env['DEIS_PERSON_HOME'] ?? homedir());
  const base = isRoot ? '/var/lib/deis' : join(homedir(), '.local', 'share', 'deis');
  return {
    root,
    instance,
    dataDir: env['DEIS_DATA_DIR'] ?? join(base, `quickstart-${instance}`),
    profile: env['DEIS_PROFILE'] ? resolve(env['DEIS_PROFILE']) : join(home, '.deis', 'client.json'),
    owner: sudo,
  };
}

/** Instances of other clones whose data lie beside: one that was taken down has nothing on the engine. */
export function neighbours({ dataDir, instance }: Pick<Place, 'dataDir' | 'instance'>): string[] {
  const beside = dirname(dataDir);
  if (!existsSync(beside)) return [];
  return readdirSync(beside)
    .filter((name) => existsSync(join(beside, name, startedFromFile)))
    .flatMap((name) => /^quickstart-([0-9a-f]{8})$/.exec(name)?.[1] ?? [])
    .filter((other) => other !== instance);
}

/** The compiled file lies in `<root>/dist/quickstart`, the source in `<root>/quickstart`. */
function packageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const above = dirname(here);
  return realpathSync(basename(above) === 'dist' ? dirname(above) : above);
}
