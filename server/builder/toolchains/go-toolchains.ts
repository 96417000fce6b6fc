import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../base/errors.js';
import type { FetchLimits, RegistryClient } from './fetch-file.js';
import { chooseGoVersion } from './go-version.js';
import { KeptTrees } from './kept-trees.js';
import type { Toolchain, ToolchainSource } from './toolchain.js';
import { unpackModule } from './unpack-module.js';

export interface GoToolchainsOptions {
  readonly folder: string;
  readonly client: RegistryClient;
  /** A module proxy, e.g. https://proxy.golang.org. */
  readonly proxy: string;
  readonly now: () => Date;
}

const moduleName = 'golang.org/toolchain';
const listLimits: FetchLimits = { deadlineMs: 30_000, maxBytes: 4 * 1024 ** 2 };
const zipLimits: FetchLimits = { deadlineMs: 300_000, maxBytes: 400 * 1024 ** 2 };
const moduleLimits = { maxBytes: 1024 ** 3, maxFiles: 60_000 };
/** Of some 15,000 files. */
const chmodMs = 120_000;
/** A list of versions is asked for again after this long. */
const listLifeMs = 3600_000;

/**
 * Go of any version from a module proxy, where the Go project publishes its toolchains as versions of the
 * module golang.org/toolchain (https://go.dev/doc/toolchain). Each is verified against the checksum database,
 * which the proxy passes on, and kept.
 */
export class GoToolchains implements ToolchainSource {
  readonly #trees: KeptTrees;
  #list: { readonly at: number; readonly versions: readonly string[] } | undefined;

  constructor(private readonly options: GoToolchainsOptions) {
    const { folder, now } = options;
    this.#trees = new KeptTrees({ folder, prefix: 'go-', witness: 'bin/go', now });
  }

  async ensure(range: string, onFetch: (what: string) => void = () => undefined): Promise<Toolchain> {
    const version = chooseGoVersion(range, await this.#versions(range));
    const name = `go-${version}-${process.arch}`;
    const title = `Go ${version}`;
    if (!(await this.#trees.isPresent(name))) onFetch(title);
    const folder = await this.#trees.ensure(name, (work) => this.#fetch(version, work));
    return { name: 'go', version, title, folder };
  }

  /** Versions of this platform. Where the proxy does not answer, those that are here already will do. */
  async #versions(range: string): Promise<readonly string[]> {
    const now = this.options.now().getTime();
    if (this.#list !== undefined && now - this.#list.at < listLifeMs) return this.#list.versions;
    try {
      const text = await this.options.client.text(`${this.#module()}/list`, listLimits);
      const versions = text.split('\n').flatMap((line) => versionIn(line) ?? []);
      this.#list = { at: now, versions };
      return versions;
    } catch (error) {
      const present = await this.#present();
      if (present.length === 0) throw error;
      try {
        chooseGoVersion(range, present);
      } catch {
        throw error;
      }
      return present;
    }
  }

  async #present(): Promise<string[]> {
    const names = await this.#trees.names();
    return names.flatMap((name) => /^go-([^-]+)-/.exec(name)?.[1] ?? []);
  }

  async #fetch(version: string, work: string): Promise<string> {
    const { client } = this.options;
    const [zip, tree] = [join(work, 'module.zip'), join(work, 'tree')];
    const name = `v0.0.1-go${version}.${platform()}`;
    const [wanted] = await Promise.all([
      this.#checksum(name),
      client.file(`${this.#module()}/${name}.zip`, zip, zipLimits),
    ]);
    const found = await unpackModule(zip, `${moduleName}@${name}/`, tree, moduleLimits);
    if (found !== wanted)
      throw new UserError(
        `Go ${version} came with the checksum ${found}: the checksum database says ${wanted}`,
      );
    // A module's files have no modes.
    await execa('chmod', ['-R', '+x', join(tree, 'bin'), join(tree, 'pkg', 'tool')], { timeout: chmodMs });
    return tree;
  }

  /** As the checksum database says, which a module proxy passes on (`sumdb/`). */
  async #checksum(name: string): Promise<string> {
    const url = `${this.options.proxy}/sumdb/sum.golang.org/lookup/${moduleName}@${name}`;
    const said = await this.options.client.text(url, listLimits);
    const line = said.split('\n').find((each) => each.startsWith(`${moduleName} ${name} h1:`));
    if (line === undefined) throw new UserError(`${url} names no checksum of ${name}`);
    return line.split(' ')[2]!;
  }

  #module(): string {
    return `${this.options.proxy}/${moduleName}/@v`;
  }
}

function platform(): string {
  return `linux-${process.arch === 'x64' ? 'amd64' : process.arch}`;
}

function versionIn(line: string): string | undefined {
  const [, version, where] = /^v0\.0\.1-go(1\.[0-9a-z.]+)\.(linux-[a-z0-9]+)$/.exec(line) ?? [];
  return where === platform() ? version : undefined;
}
