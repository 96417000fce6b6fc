import { cp, lstat, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { messageOf, UserError } from '../../../base/errors.js';
import { chooseJavaVersion } from './java-version.js';
import { KeptTrees } from './kept-trees.js';
import type { Toolchain, ToolchainSource } from './toolchain.js';

/** Where Debian's packages of a suite come from. */
export interface PackageSources {
  readonly suite: string;
  /** Files as below /etc/apt/sources.list.d. */
  readonly sources: readonly { readonly name: string; readonly text: string }[];
  /** apt.conf text: proxies and the like. */
  readonly aptSettings: string;
}

export interface JavaToolchainsOptions {
  readonly folder: string;
  /** The suite of the stack image: what is built here must run there. */
  readonly suite: string;
  readonly packages: () => Promise<PackageSources>;
  readonly now: () => Date;
}

/** Debian's fixes come as new packages: they are asked for again after this long. */
const renewMs = 7 * 86_400_000;
const stepMs = 300_000;

/**
 * The JDK of Debian's own packages, of the suite that builds run on. APT of this host fetches them, unprivileged
 * and into folders of its own, and verifies them by Debian's signatures; they are unpacked, not installed.
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
      throw new UserError(`OpenJDK ${line} could not be had from the Debian mirror: ${shortened(cause)}`, {
        cause,
      });
    }
  }

  async #make(work: string, line: string): Promise<string> {
    const env = { APT_CONFIG: await this.#settings(work) };
    const debs = join(work, 'debs');
    const step = { env, cwd: debs, stdin: 'ignore' } as const;
    await execa('apt-get', ['-q', '-o', 'APT::Update::Error-Mode=any', 'update'], {
      ...step,
      timeout: stepMs,
    });
    const packages = ['jdk', 'jre'].map((part) => `openjdk-${line}-${part}-headless`);
    await execa('apt-get', ['-q', 'download', ...packages], { ...step, timeout: stepMs });
    const tree = join(work, 'tree');
    for (const deb of await readdir(debs))
      await execa('dpkg-deb', ['-x', join(debs, deb), tree], { ...step, timeout: stepMs });
    const jvms = join(tree, 'usr', 'lib', 'jvm');
    const [jdk] = (await readdir(jvms)).filter((each) => each.startsWith(`java-${line}-openjdk`));
    if (jdk === undefined) throw new Error(`openjdk-${line}-jdk-headless holds no JDK`);
    await bringSettings(tree, join(jvms, jdk));
    return join(jvms, jdk);
  }

  /** An apt.conf by which APT knows its own folders alone, and takes nothing unsigned. */
  async #settings(work: string): Promise<string> {
    const { sources, aptSettings } = await this.options.packages();
    const folders = ['debs', 'sources', 'state/lists/partial', 'cache/archives/partial'];
    for (const each of folders) await mkdir(join(work, each), { recursive: true });
    for (const { name, text } of sources) await writeFile(join(work, 'sources', name), text);
    await writeFile(join(work, 'status'), '');
    const lines = [
      aptSettings,
      `Dir::State "${work}/state";`,
      `Dir::State::status "${work}/status";`,
      `Dir::Cache "${work}/cache";`,
      'Dir::Etc::sourcelist "/dev/null";',
      `Dir::Etc::sourceparts "${work}/sources";`,
      'APT::Sandbox::User "";',
      'Acquire::AllowInsecureRepositories "false";',
      'Acquire::Retries "3";',
      '',
    ];
    await writeFile(join(work, 'apt.conf'), lines.join('\n'));
    return join(work, 'apt.conf');
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

const maxReason = 300;
function shortened(cause: unknown): string {
  const stderr = (cause as { stderr?: unknown }).stderr;
  const said = typeof stderr === 'string' ? /^E: (.*)$/m.exec(stderr)?.[1] : undefined;
  return (said ?? messageOf(cause)).slice(0, maxReason);
}
