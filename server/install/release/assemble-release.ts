import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { create, extract } from 'tar';
import { UserError } from '../../../base/errors.js';
import { npm, npmPack, type NpmOptions } from './npm.js';

export interface AssembleOptions {
  /** Made by `npm pack`. */
  readonly tarball: string;
  /** A package-lock.json that belongs to it. */
  readonly lock?: string;
  readonly node: string;
  /** As `uname -m` says. */
  readonly arch: string;
  /** Folder that it is made in. */
  readonly into: string;
  readonly signal: AbortSignal;
}

/** `uname -m` -> what npm calls it. */
const processors: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };
/** What Node.js 20 and 22 come with; the controller fetches runtimes of apps with it. */
const npmSpec = 'npm@10';

/**
 * A tarball with `app`, the package and what it depends on, and `node`, Node.js with an npm, both out of the npm
 * registry. Resolves to its path. No script of a package runs: what is compiled comes for the host's processor.
 */
export async function assembleRelease(options: AssembleOptions): Promise<string> {
  const { into } = options;
  const work = await mkdtemp(join(into, '.assemble-'));
  const [app, node] = [join(work, 'tree', 'app'), join(work, 'tree', 'node')];
  try {
    await mkdir(app, { recursive: true });
    await addApp(app, options);
    await addNode(node, work, options);
    const made = join(into, `.made-${process.pid}.tgz`);
    await create({ file: made, cwd: join(work, 'tree'), gzip: { level: 4 }, portable: true }, [
      'app',
      'node',
    ]);
    return made;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** With the versions that were tested, where they are known. */
async function addApp(app: string, { tarball, lock, arch, signal }: AssembleOptions): Promise<void> {
  await extract({ file: tarball, cwd: app, strip: 1 });
  if (lock !== undefined) await copyFile(lock, join(app, 'package-lock.json'));
  const processor = processorOf(arch);
  const isOther = process.platform !== 'linux' || process.arch !== processor;
  await npm(
    [
      ...[lock === undefined ? 'install' : 'ci', '--omit=dev', '--ignore-scripts', '--prefer-offline'],
      ...(isOther ? ['--os=linux', `--cpu=${processor}`, '--libc=glibc'] : []),
    ],
    { cwd: app, signal },
  );
}

async function addNode(tree: string, work: string, { node, arch, signal }: AssembleOptions): Promise<void> {
  const options: NpmOptions = { cwd: work, signal };
  const name = `node-linux-${processorOf(arch)}`;
  const program = await npmPack([`${name}@${node}`], work, options).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `the npm registry has no ${name} ${node}: name another version with node_version, e.g. 22.12.0\n${error.message}`,
      { field: 'node_version', cause: error },
    );
  });
  await mkdir(join(tree, 'bin'), { recursive: true });
  const wanted = ['package/bin/node', 'package/LICENSE'];
  await extract({ file: program, cwd: tree, strip: 1, filter: (path) => wanted.includes(path) });
  const modules = join(tree, 'lib', 'node_modules', 'npm');
  await mkdir(modules, { recursive: true });
  const isNeeded = (path: string): boolean => !/^package\/(docs|man)\//.test(path);
  await extract({ file: await npmPack([npmSpec], work, options), cwd: modules, strip: 1, filter: isNeeded });
  for (const each of ['npm', 'npx'])
    await symlink(`../lib/node_modules/npm/bin/${each}-cli.js`, join(tree, 'bin', each));
}

function processorOf(arch: string): string {
  const processor = processors[arch];
  if (processor !== undefined) return processor;
  throw new UserError(`there is no Node.js for ${arch}: expected ${Object.keys(processors).join(' or ')}`);
}
