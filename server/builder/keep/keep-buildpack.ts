import { UserError } from '../../../base/errors.js';
import { builtinNames } from '../../formation/buildpacks/known-buildpacks.js';
import type { KeptBuildpackRecord } from '../../store/app/builds/buildpack-store.js';
import type { Stores } from '../../store/stores.js';
import type { KeptBuildpacks } from '../containers/kept-buildpacks.js';
import type { RegistryClient } from '../toolchains/fetch-file.js';
import { fetchBuildpack, type BuildpackToKeep } from './fetch-buildpack.js';

const maxKept = 100;
const nameForm = /^[a-z0-9][a-z0-9-]{0,39}(\/[a-z0-9][a-z0-9-]{0,39})?$/;

export interface KeepBuildpackParts {
  readonly stores: Pick<Stores, 'buildpacks'>;
  readonly files: KeptBuildpacks;
  readonly client: Pick<RegistryClient, 'file'>;
  readonly caBundle: string | null;
}

/**
 * Fetches a buildpack and keeps it under a name, in the place of one that had it: builds use this copy from
 * now on. @throws UserError for a wrong name, a source that cannot be had, or another hash than the one wanted
 */
export async function keepBuildpack(
  { stores, files, client, caBundle }: KeepBuildpackParts,
  name: string,
  wanted: BuildpackToKeep,
): Promise<Omit<KeptBuildpackRecord, 'createdAt'>> {
  checkName(name);
  const source = withoutPassword(wanted.source);
  const before = await stores.buildpacks.kept();
  if (before.length >= maxKept && !before.some((each) => each.name === name))
    throw new UserError(`there are ${maxKept} buildpacks already: remove one first`);
  const { tarball, commit } = await fetchBuildpack(wanted, client, caBundle);
  const sha256 = await files.add(tarball);
  if (wanted.sha256 !== undefined && wanted.sha256 !== sha256) {
    if (!before.some((each) => each.sha256 === sha256)) await files.remove(sha256);
    throw new UserError(`${source} has the sha256 ${sha256}, not ${wanted.sha256}`, { field: 'sha256' });
  }
  const record = { name, sha256, size: tarball.length, source, ref: commit };
  await stores.buildpacks.keep(record);
  return record;
}

/** Forgets it: builds that name it are refused from now on. @throws UserError where there is none */
export async function dropBuildpack(
  { stores, files }: Pick<KeepBuildpackParts, 'stores' | 'files'>,
  name: string,
): Promise<void> {
  const kept = await stores.buildpacks.kept();
  const found = kept.find((each) => each.name === name);
  if (found === undefined || !(await stores.buildpacks.forget(name)))
    throw new UserError(`there is no buildpack ${JSON.stringify(name)} here`, { field: 'name' });
  if (!kept.some((each) => each !== found && each.sha256 === found.sha256)) await files.remove(found.sha256);
}

function checkName(name: string): void {
  const builtin: readonly string[] = builtinNames;
  if (builtin.includes(name) || builtin.includes(name.replace(/^(heroku|deis)\//, '')))
    throw new UserError(`${name} comes with the controller: choose another name`, { field: 'name' });
  if (!nameForm.test(name))
    throw new UserError(
      `${JSON.stringify(name)} is not a valid name: expected lower-case letters, digits and -, e.g. acme/ruby`,
      { field: 'name' },
    );
}

/** @throws UserError where it has one: everybody who lists buildpacks could read it */
function withoutPassword(source: string): string {
  const url = URL.canParse(source) ? new URL(source) : undefined;
  if (url?.password || (url?.username && url.protocol.startsWith('http')))
    throw new UserError(
      'the URL has a user name or password: fetch the tarball yourself, and name its path',
      {
        field: 'source',
      },
    );
  return source;
}
