import { cp, lstat, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackPackages, type PackageSources } from './debian-packages.js';
import { DebianTrees } from './debian-trees.js';
import { chooseJavaVersion } from './java-version.js';
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
  readonly #trees: DebianTrees;

  constructor(private readonly options: JavaToolchainsOptions) {
    const { folder, now } = options;
    this.#trees = new DebianTrees({ folder, prefix: 'java-', witness: 'bin/javac', now });
  }

  async ensure(range: string, onFetch: (what: string) => void = () => undefined): Promise<Toolchain> {
    const { suite } = this.options;
    const line = chooseJavaVersion(range, suite);
    const kind = `java-${line}-${suite}-${process.arch}-`;
    const make = (work: string): Promise<string> => this.#make(work, line);
    return describe(await this.#trees.ensure({ title: `OpenJDK ${line}`, kind, make }, onFetch));
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
