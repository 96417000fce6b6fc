import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { asRoot, lookUpMs } from './host/as-root.js';
import type { HostPackages } from './host/host-packages.js';
import { basePackages, imageKinds, recipeScript, type ImageKind, type ImageRecipe } from './image-recipe.js';
import type { Progress } from './host/install-packages.js';

const deadlineMs = 900_000;
/** Both trees take 1.1 GB; with less memory free than this the build works on disk. */
const memoryNeeded = 4 * 1024 ** 3;

/** What to do with the tar stream of one root file system; settles when it has been read. */
export type FileSystemReader = (recipe: ImageRecipe, tar: NodeJS.ReadableStream) => Promise<void>;

/**
 * Builds the root file systems of some recipes side by side on a common base and hands each to `read` as a
 * tar stream. A stream ends early when the build fails: only after this function has returned are they known
 * to be whole.
 */
export async function buildFileSystems(
  recipes: readonly ImageRecipe[],
  host: HostPackages,
  read: FileSystemReader,
  { onProgress, signal }: Progress,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deis-images-'));
  try {
    await chmod(folder, 0o755);
    await writeInput(folder, recipes, host);
    const pipes = recipes.map((recipe) => join(folder, recipe.kind));
    await execa('mkfifo', pipes, { timeout: lookUpMs });
    const reading = Promise.all(recipes.map((recipe, index) => readThrough(recipe, pipes[index]!, read)));
    const [built, wasRead] = await Promise.allSettled([
      runBuild(folder, recipes, host.suite, {
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      }).finally(() => releaseReaders(pipes)),
      reading,
    ]);
    signal?.throwIfAborted();
    for (const result of [wasRead, built]) if (result.status === 'rejected') throw result.reason;
  } finally {
    await asRoot(['rm', '-rf', folder], { reject: false, timeout: deadlineMs });
  }
}

/** A reader that gives up closes the pipe, which ends the build. */
async function readThrough(recipe: ImageRecipe, pipe: string, read: FileSystemReader): Promise<void> {
  const tar = createReadStream(pipe, { highWaterMark: 1 << 20 });
  try {
    await read(recipe, tar);
  } finally {
    tar.destroy();
  }
}

async function writeInput(
  folder: string,
  recipes: readonly ImageRecipe[],
  host: HostPackages,
): Promise<void> {
  await Promise.all([mkdir(join(folder, 'sources')), mkdir(join(folder, 'work'), { mode: 0o755 })]);
  const packages: [ImageKind | 'base', readonly string[]][] = [
    ['base', basePackages],
    ...recipes.map((recipe): [ImageKind, readonly string[]] => [recipe.kind, recipe.packages]),
  ];
  await Promise.all([
    ...host.sources.map((file) => writeFile(join(folder, 'sources', file.name), file.text)),
    ...packages.map(([name, list]) => writeFile(join(folder, `packages.${name}`), list.join('\n'))),
    ...recipes.map((recipe) => writeFiles(folder, recipe)),
    writeFile(join(folder, 'apt.conf'), host.aptSettings),
    writeFile(join(folder, 'ca.crt'), host.certificates),
    ...[
      'build-images.sh',
      'copy-keyrings.sh',
      'trust-host-authorities.sh',
      ...imageKinds.map((kind) => `setup-${kind}.sh`),
    ].map((name) => copyFile(fileURLToPath(recipeScript(name)), join(folder, name))),
  ]);
}

/** Below `files.<kind>`, as they will lie below the image's root. */
async function writeFiles(folder: string, recipe: ImageRecipe): Promise<void> {
  const root = join(folder, `files.${recipe.kind}`);
  await mkdir(root, { mode: 0o755 });
  for (const [path, text] of Object.entries(recipe.files)) {
    await mkdir(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    await writeFile(join(root, path), text, { mode: 0o644 });
  }
}

async function runBuild(
  folder: string,
  recipes: readonly ImageRecipe[],
  suite: string,
  { onProgress, signal }: Progress,
): Promise<void> {
  const build = asRoot(buildCommand(folder, recipes, suite, await availableMemory()), {
    stdin: 'ignore',
    reject: false,
    timeout: deadlineMs,
    buffer: { stdout: false },
    maxBuffer: 50_000_000,
    ...(signal && { cancelSignal: signal }),
  });
  createInterface({ input: build.stdout! }).on('line', (line) => onProgress?.(line));
  const { failed, stderr, timedOut } = await build;
  if (!failed) return;
  const what = recipes.map((recipe) => recipe.name).join(' and ');
  const outcome = timedOut ? `took longer than ${deadlineMs / 1000} s` : 'failed';
  const lastLines = String(stderr).split('\n').slice(-20).join('\n');
  throw new Error(`building ${what} ${outcome}; its output ends with:\n${lastLines}`);
}

/** The build script in namespaces of its own, so that no mount and no process outlives it. */
function buildCommand(
  folder: string,
  recipes: readonly ImageRecipe[],
  suite: string,
  freeBytes: number,
): string[] {
  const environment = [
    `INPUT=${folder}`,
    `OUTPUT=${folder}`,
    `WORK=${join(folder, 'work')}`,
    `SUITE=${suite}`,
    `MEMORY=${freeBytes >= memoryNeeded ? 1 : 0}`,
  ];
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const script = join(folder, 'build-images.sh');
  const kinds = recipes.map((recipe) => recipe.kind);
  return ['env', ...environment, 'unshare', ...namespaces, 'sh', script, ...kinds];
}

async function availableMemory(): Promise<number> {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(
    await readFile('/proc/meminfo', 'utf8').catch(() => ''),
  )?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

/**
 * A build that failed before it opened its pipe leaves the reader waiting for a writer: be one for a moment.
 */
async function releaseReaders(pipes: readonly string[]): Promise<void> {
  for (const pipe of pipes) await (await open(pipe, 'r+')).close();
}
