import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import tarStream from 'tar-stream';
import { UserError } from '../../../base/errors.js';
import type { BuildpackSource } from '../../formation/buildpacks/parse-buildpacks.js';
import { sourceTooLarge } from '../../git/repository/source-size.js';

const buildpacks = fileURLToPath(new URL('../buildpacks/', import.meta.url));
/** The disk is asked for room each time so many bytes have been written. */
const diskCheckBytes = 32 * 1024 ** 2;

/** ENV_DIR of buildpacks, in a build container. */
export const envFolder = '/build/env';

export interface BuildInput {
  /** The pushed tree, a tar archive. */
  readonly source: Readable;
  /** What is run in place of buildpacks, a file: it lies in /build under its own name. */
  readonly script?: string;
  /** In the order in which they are run. */
  readonly buildpacks: readonly BuildpackSource[];
  /** The tarball of one that the operator keeps. */
  readonly kept: (buildpack: { readonly name: string; readonly sha256: string }) => Promise<Buffer>;
  /** The app's variables in clear. */
  readonly config: Readonly<Record<string, string>>;
  /** Where the pushed tree lies meanwhile, under `name`. */
  readonly workFolder: string;
  readonly name: string;
  /** Bytes of the pushed tree. */
  readonly maxBytes: number;
  /** Why nothing more should be written now, in a sentence. */
  readonly refusal: () => Promise<string | undefined>;
}

/**
 * Hands `use` a tar archive of a build container's `/build`: the pushed tree as `source.tar`, the scripts, the
 * list of buildpacks with those that are built in, and the config as a file for each variable, in `env`.
 * The pushed tree passes through a file in `workFolder`, because a tar header needs its
 * size; it is gone when this ends, whichever way. `use` gets a signal that is aborted, too, when the archive
 * cannot be completed.
 * @throws UserError when the tree is larger than it may be, or the disk gets full; the signal's reason as soon
 * as it is aborted
 */
export async function withBuildInput<T>(
  input: BuildInput,
  signal: AbortSignal,
  use: (archive: Readable, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const file = join(input.workFolder, `${input.name}.tar`);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const giveUp = (error: unknown): never => {
    stop.abort(error);
    throw error;
  };
  try {
    await mkdir(input.workFolder, { recursive: true, mode: 0o700 });
    const save = createWriteStream(file, { mode: 0o600 });
    await pipeline(input.source, (chunks: AsyncIterable<Buffer>) => bounded(chunks, input), save, { signal });
    const pack = tarStream.pack();
    // Whoever writes or reads it fails with it; an error that nobody listens to would end the process.
    pack.on('error', () => undefined);
    const [result] = await Promise.all([
      use(pack as unknown as Readable, either).catch(giveUp),
      writeEntries(pack, input, file, either).catch(giveUp),
    ]);
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    stop.abort();
    input.source.destroy();
    await rm(file, { force: true });
  }
}

/**
 * Removes the pushed trees of all names but those: what killed controllers left behind. The names are asked
 * for after the files, so that a build that begins meanwhile is left alone.
 */
export async function removeInputsAllBut(
  workFolder: string,
  listNames: () => Promise<readonly string[]>,
): Promise<void> {
  const files = (await readdir(workFolder).catch(() => [])).filter((file) => file.endsWith('.tar'));
  const names = await listNames();
  for (const file of files)
    if (!names.includes(file.replace(/\.tar$/, ''))) await rm(join(workFolder, file), { force: true });
}

/** Passes bytes on as long as there are not too many and the disk has room for more. @throws UserError */
async function* bounded(
  chunks: AsyncIterable<Buffer>,
  { maxBytes, refusal }: BuildInput,
): AsyncGenerator<Buffer> {
  let [bytes, nextCheck] = [0, diskCheckBytes];
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw sourceTooLarge(maxBytes);
    if (bytes >= nextCheck) {
      const full = await refusal();
      if (full !== undefined) throw new UserError(full);
      nextCheck = bytes + diskCheckBytes;
    }
    yield chunk;
  }
}

async function writeEntries(
  pack: tarStream.Pack,
  input: BuildInput,
  sourceFile: string,
  signal: AbortSignal,
): Promise<void> {
  addEntry(pack, { name: 'build', type: 'directory', mode: 0o755 });
  if (input.script === undefined)
    for (const script of ['run.sh', 'lib.sh', 'layers.sh', 'buildpack.sh'])
      await writeFile(pack, script, script);
  else
    addEntry(
      pack,
      { name: join('build', basename(input.script)), mode: 0o644 },
      await readFile(input.script),
    );
  for (const name of new Set(
    input.buildpacks.flatMap((each) => (each.kind === 'builtin' ? [each.name] : [])),
  ))
    for (const file of await filesBelow(join(buildpacks, name)))
      await writeFile(pack, join(name, file), join('buildpacks', name, file));
  for (const each of input.buildpacks)
    if (each.kind === 'kept')
      addEntry(pack, { name: join('build/kept', `${each.name}.tgz`), mode: 0o644 }, await input.kept(each));
  const list = input.buildpacks.map((each) => `${listLine(each)}\n`).join('');
  addEntry(pack, { name: 'build/buildpacks.list', mode: 0o644 }, list);
  addEntry(pack, { name: envFolder.slice(1), type: 'directory', mode: 0o755 });
  for (const [name, value] of Object.entries(input.config))
    addEntry(pack, { name: join(envFolder.slice(1), name), mode: 0o444 }, value);
  const { size } = await stat(sourceFile);
  const entry = addEntry(pack, { name: 'build/source.tar', mode: 0o644, size });
  const source = createReadStream(sourceFile);
  await pipeline(source, (chunks: AsyncIterable<Buffer>) => bounded(chunks, input), entry, { signal });
  pack.finalize();
}

/**
 * An entry of an archive. One that is broken off ends all that are not written yet with an error of theirs, beside its
 * own: an error that nobody listens to would end the process.
 */
function addEntry(
  pack: tarStream.Pack,
  header: Parameters<tarStream.Pack['entry']>[0],
  content?: string | Buffer,
): ReturnType<tarStream.Pack['entry']> {
  const entry = content === undefined ? pack.entry(header) : pack.entry(header, content);
  return entry.on('error', () => undefined);
}

/** Whether any of them may say process types: of those that are built in, what has a `bin/release`. */
export async function sayProcesses(sources: readonly BuildpackSource[]): Promise<boolean> {
  const say = sources.map(async (each) =>
    each.kind === 'builtin' ? (await filesBelow(join(buildpacks, each.name))).includes('bin/release') : true,
  );
  return (await Promise.all(say)).includes(true);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** @param file below our buildpacks @param name below /build */
async function writeFile(pack: tarStream.Pack, file: string, name: string): Promise<void> {
  const mode = /\/bin\/\w+$/.test(file) ? 0o755 : 0o644;
  addEntry(pack, { name: join('build', name), mode }, await readFile(join(buildpacks, file)));
}

/** As buildpack.sh reads it: the kind, then what it needs to know. */
function listLine(source: BuildpackSource): string {
  switch (source.kind) {
    case 'builtin':
      return `builtin ${source.name}`;
    case 'kept':
      return `kept ${source.name}`;
    case 'tree':
      return `tree ${source.path}`;
    case 'git':
      return `git ${source.url} ${source.ref ?? '-'}`;
    case 'archive':
      return `archive ${source.url}`;
  }
}
