import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRuntimeName } from './runtime-name.js';
import type { SlugFiles } from './slug-files.js';

/** Where the controller keeps what belongs to formations, below its data directory. */
export interface FormationDirs {
  readonly repos: string;
  readonly slugs: string;
  readonly caches: string;
  /** Layers of their images. */
  readonly imageCaches: string;
  /** Language runtimes, unpacked, which formations share. */
  readonly runtimes: string;
  /** What builds alone use, which formations share. */
  readonly toolchains: string;
  /** Buildpacks that the operator keeps. */
  readonly buildpacks: string;
}

/** The places below a data directory. */
export function formationDirs(dataDir: string): FormationDirs {
  return {
    repos: join(dataDir, 'repos'),
    slugs: join(dataDir, 'slugs'),
    caches: join(dataDir, 'cache', 'apps'),
    imageCaches: join(dataDir, 'cache', 'images'),
    runtimes: join(dataDir, 'cache', 'runtimes'),
    toolchains: join(dataDir, 'cache', 'toolchains'),
    buildpacks: join(dataDir, 'buildpacks'),
  };
}

/** Removes a formation's repository, slugs and caches. Safe to repeat. */
export async function removeFormationFiles(
  places: FormationDirs,
  slugs: SlugFiles,
  formation: string,
): Promise<void> {
  if (!/^[a-z][a-z0-9-]*$/.test(formation)) throw new Error(`no formation name: ${formation}`);
  await rm(join(places.repos, `${formation}.git`), { recursive: true, force: true });
  await rm(join(places.caches, formation), { recursive: true, force: true });
  await rm(join(places.imageCaches, formation), { recursive: true, force: true });
  // Runtimes that all formations share lie beside the slugs, by their names: the collector knows which is
  // which.
  if (!isRuntimeName(formation)) await slugs.removeOf(formation);
}
