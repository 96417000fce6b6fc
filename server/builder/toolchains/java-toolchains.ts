import { cp, lstat, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { packageTrouble, renewMs, unpackPackages, type PackageSources } from './debian-packages.js';
import { chooseJavaVersion } from './java-version.js';
import { KeptTrees } from './kept-trees.js';
import type { Toolchain, ToolchainSource } from './toolchain.js';

export interface JavaToolchainsOptions {
  readonly folder: string;
  /** The suite of the stack image: what is built here must run there. */
  readonly suite: string;
  readonly packages: () => Promise<PackageSources>;
  readonly now: () => Date;
}

/**
 * The JDK of Debian's own packages, of the suite that builds run on.
 */
export class JavaToolchains implements ToolchainSource {
  readonly #trees: KeptTrees;

  constructor(private readonly options: JavaToolchainsOptions) {
    const { folder, now } = options;
    this.#trees = new KeptTrees({ folder, prefix: 'java-', witness: 'bin/javac', now });
  }

  async ensure(range: string, onFetch: (what: string) => void = () => undefined): Promise<Toolchain> {
    const { suite, now } = this.options;
    const line = chooseJavaVersion(range, suite);
    const kind = `java-${line}-${suite}-${process.arch}-`;
    const name = `${kind}${Math.floor(now().getTime() / renewMs)}`;
    const folder = (await this.#trees.isPresent(name)) ? join(this.options.folder, name) : undefined;
    if (folder === undefined) onFetch(`OpenJDK ${line}`);
    return describe(folder ?? (await this.#fetch(kind, name, line)));
  }

  /** Where no mirror answers, an earlier one will do. */
  async #fetch(kind: string, name: string, line: string): Promise<string> {
    try {
      return await this.#trees.ensure(name, (work) => this.#make(work, line));
    } catch (cause) {
      const earlier = (await this.#trees.names()).filter((each) => each.startsWith(kind)).at(-1);
      if (earlier !== undefined && (await this.#trees.isPresent(earlier)))
        return join(this.options.folder, earlier);
      throw new UserError(
        `OpenJDK ${line} could not be had from the Debian mirror: ${packageTrouble(cause)}`,
        {
          cause,
        },
      );
    }
  }

  async #make(work: string, line: string): Promise<string> {
    const packages = ['jdk', 'jre'].map((part) => `openjdk-${line}-${part}-headless`);
    const tree = await unpackPackages(work, packages, await this.options.packages());
    const jvms = join(tree, 'usr', 'lib', 'jvm');
    const [jdk] = (await readdir(jvms)).filter((each) => each.startsWith(`java-${line}-openjdk`));
    if (jdk === undefined) throw new Error(`openjdk-${line}-jdk-headless holds no JDK`);
    await bringSettings(tree, join(jvms, jdk));
    return join(jvms, jdk);
  }
}

async function describe(folder: string): Promise<Toolchain> {
  const release = await readFile(join(folder, 'release'), 'utf8');
  const version = /^JAVA_VERSION="([^"]+)"/m.exec(release)?.[1] ?? 'of Debian';
  return { name: 'java', version, title: `OpenJDK ${version}`, folder };
}

/** Debian keeps a JDK's settings below /etc; links to what other packages bring, such as manuals, go. */
async function bringSettings(tree: string, jdk: string): Promise<void> {
  const entries = await readdir(jdk, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isSymbolicLink())) {
    const path = join(entry.parentPath, entry.name);
    const target = await readlink(path);
    const own = target.startsWith('/') ? join(tree, target) : path;
    const isHere = await stat(own).then(
      () => true,
      () => false,
    );
    if (isHere && own === path) continue;
    await rm(path);
    if (isHere && (await lstat(own)).isFile()) await cp(own, path);
  }
}
