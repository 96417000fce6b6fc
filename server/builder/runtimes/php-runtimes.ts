import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages, type PackageSources } from '../toolchains/debian-packages.js';
import { DebianRuntimes, type DebianRuntimesOptions, type MadeTree } from './debian-runtimes.js';
import { phpLine, phpPackages } from './php-packages.js';
import { phpMount, relocatePhp } from './relocate-php.js';
import type { Runtime, RuntimeSource } from './runtime.js';

/**
 * PHP of Debian's own packages with its usual extensions, Composer, and nginx before php-fpm. Whether it will do
 * for an app, the buildpack asks Composer's own parser of versions.
 */
export class PhpRuntimes implements RuntimeSource {
  readonly #runtimes: DebianRuntimes;

  constructor(private readonly options: DebianRuntimesOptions) {
    this.#runtimes = new DebianRuntimes(options, 'php');
  }

  async ensure(_range: string, onFetch: (what: string) => void = () => undefined): Promise<Runtime> {
    const { suite } = this.options;
    const make = (work: string, packages: PackageSources): Promise<MadeTree> =>
      makePhp(work, suite, packages);
    const language = { name: 'php', title: 'PHP', line: phpLine(suite), mount: phpMount, make };
    return this.#runtimes.ensure(language, onFetch);
  }
}

async function makePhp(work: string, suite: string, packages: PackageSources): Promise<MadeTree> {
  const unpacked = await unpackPackages(work, phpPackages(suite), packages);
  const version = versionIn(await readdir(join(work, 'debs')), phpLine(suite));
  return { tree: await relocatePhp(unpacked, phpLine(suite)), version };
}

/** `8.2.29` of `php8.2-cli_8.2.29-1~deb12u1_amd64.deb`; an epoch may stand before it. */
export function versionIn(packages: readonly string[], line: string): string {
  const prefix = `php${line}-cli_`;
  const name = packages.find((each) => each.startsWith(prefix)) ?? '';
  const [, version] = /^(?:\d+%3a)?(\d+\.\d+\.\d+)/.exec(name.slice(prefix.length)) ?? [];
  if (version === undefined) throw new Error(`${prefix} was not among the packages`);
  return version;
}
