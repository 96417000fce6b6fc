import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, PassThrough, type Readable } from 'node:stream';
import type { GitProgram } from './git-program.js';

const keptPrefix = 'refs/deis/ops/';
const bundlePrefix = 'refs/deis/bundles/';
/**
 * What is pushed is what is built, byte for byte: this wins over a pushed .gitattributes, which would have
 * `git archive` leave files out, or change line ends, encodings and keywords.
 */
const attributes = '* -export-ignore -export-subst -text !eol !crlf -ident -filter !working-tree-encoding\n';

/** The bare repositories of formations: `<folder>/<formation>.git`. */
export class GitRepositories {
  constructor(
    readonly folder: string,
    readonly git: GitProgram,
  ) {}

  /** The repository of a formation, made when there is none yet. */
  async open(formation: string): Promise<GitRepository> {
    const path = join(this.folder, `${formation}.git`);
    const exists = await access(join(path, 'HEAD')).then(
      () => true,
      () => false,
    );
    if (!exists) await this.#create(path);
    else await writeAttributes(path);
    return new GitRepository(path, this.git);
  }

  /** Made beside and renamed, so that a repository is whole or absent. */
  async #create(path: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.folder, `.new-${randomUUID()}`);
    await this.git.run(['init', '--quiet', '--bare', '--template=', '--initial-branch=master', temporary], {
      cwd: this.folder,
    });
    await writeAttributes(temporary);
    await rename(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      await rm(temporary, { recursive: true, force: true });
      // Somebody pushing at the same moment was first.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  }
}

/** Replaced whole, and only when it is another: a git may be reading it. */
async function writeAttributes(path: string): Promise<void> {
  const file = join(path, 'info', 'attributes');
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === attributes) return;
  await mkdir(join(path, 'info'), { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, attributes);
  await rename(temporary, file);
}

/** One entry of a tree. */
export interface TreeEntry {
  /** `100644`, `120000` of a link. */
  readonly mode: string;
  /** `blob`, `tree`, or `commit` of a submodule. */
  readonly type: string;
  readonly id: string;
  /** 0 of what is no blob. */
  readonly bytes: number;
}

/** The name of the lock under which what a repository needs no more is removed. */
export function gcLock({ path }: Pick<GitRepository, 'path'>): string {
  return `gc of ${path}`;
}

/** One bare repository. */
export class GitRepository {
  constructor(
    readonly path: string,
    readonly git: GitProgram,
  ) {}

  /** Object id that a ref points to. */
  async refValue(ref: string): Promise<string | undefined> {
    const { stdout } = await this.#tryRun(['rev-parse', '--verify', '--quiet', '--end-of-options', ref]);
    return stdout === '' ? undefined : stdout.trim();
  }

  /**
   * Moves a ref from `expected` (undefined: it does not exist) to `value`, on disk when this resolves.
   * @throws when it is elsewhere.
   */
  async moveRef(ref: string, value: string, expected: string | undefined): Promise<void> {
    await this.#run(['update-ref', ref, value, expected ?? '0'.repeat(value.length)]);
  }

  /** Whether `id` is a commit that is here. */
  async hasCommit(id: string): Promise<boolean> {
    return (await this.#tryRun(['cat-file', '-t', id])).stdout.trim() === 'commit';
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    return (await this.#tryRun(['merge-base', '--is-ancestor', older, newer])).ok;
  }

  /** Holds a commit against garbage collection for as long as an operation needs it. Safe to repeat. */
  async keep(operationId: string, commit: string): Promise<void> {
    await this.#run(['update-ref', `${keptPrefix}${operationId}`, commit]);
  }

  /** Lets go of the commits of all operations but these. */
  async keepOnly(operationIds: readonly string[]): Promise<void> {
    const refs = (await this.#run(['for-each-ref', '--format=%(refname)', keptPrefix]))
      .split('\n')
      .filter(Boolean);
    for (const ref of refs.filter((name) => !operationIds.includes(name.slice(keptPrefix.length))))
      await this.#run(['update-ref', '-d', ref]);
  }

  /** What is at the root of a commit's tree, by name. */
  async rootEntries(commit: string): Promise<ReadonlyMap<string, TreeEntry>> {
    const records = (await this.#run(['ls-tree', '-z', '--long', commit])).split('\0').filter(Boolean);
    return new Map(
      records.map((record) => [record.slice(record.indexOf('\t') + 1), parseEntry(record)!] as const),
    );
  }

  /** Those of the paths that are in a commit, links not followed. */
  async present(commit: string, paths: readonly string[]): Promise<string[]> {
    if (paths.length === 0) return [];
    const found = await this.#run([
      '--literal-pathspecs',
      ...['ls-tree', '-z', '--name-only', commit, '--', ...paths],
    ]);
    return found.split('\0').filter(Boolean);
  }

  /** What is at a path of a commit, links not followed; undefined when nothing is. */
  async entry(commit: string, path: string): Promise<TreeEntry | undefined> {
    return parseEntry(
      await this.#run(['--literal-pathspecs', 'ls-tree', '-z', '--long', commit, '--', path]),
    );
  }

  /** Text of a file, by its object id. */
  fileText(id: string): Promise<string> {
    return this.#run(['cat-file', 'blob', id]);
  }

  /**
   * The commit's tree as a tar stream. It fails when git does, and ends only when git ended well. Whoever
   * destroys it ends git, and so does the signal.
   */
  archive(commit: string, signal: AbortSignal): Readable {
    return this.output(['archive', '--format=tar', commit], signal);
  }

  /**
   * Every entry of the commit's tree as `git ls-tree -r -t -z --long` prints them, as a stream like
   * `archive`'s: a small repository may have any number.
   */
  entries(commit: string, signal: AbortSignal): Readable {
    return this.output(['ls-tree', '-r', '-t', '-z', '--long', '--full-tree', commit], signal);
  }

  /** A bundle of all that a commit needs, as a stream like `archive`'s, for `take`. */
  async bundle<T>(
    { operationId, commit }: { readonly operationId: string; readonly commit: string },
    signal: AbortSignal,
    take: (bytes: Readable) => Promise<T>,
  ): Promise<T> {
    // git makes bundles of refs alone.
    const ref = `${bundlePrefix}${operationId}`;
    await this.#run(['update-ref', ref, commit]);
    try {
      return await take(this.output(['bundle', 'create', '--quiet', '-', ref], signal));
    } finally {
      await this.#run(['update-ref', '-d', ref]);
    }
  }

  /** Takes in the objects of a bundle, and none of its refs. */
  async unbundle(file: string, signal: AbortSignal): Promise<void> {
    await this.git.run(['bundle', 'unbundle', file], { cwd: this.path, deadlineMs: 600_000, signal });
  }

  /** Repacks when there is much to repack. Pushes and fetches may go on meanwhile. */
  async collectGarbage(signal: AbortSignal): Promise<void> {
    await this.git.run(['-c', 'gc.auto=6700', '-c', 'gc.autoDetach=false', 'gc', '--auto', '--quiet'], {
      cwd: this.path,
      deadlineMs: 600_000,
      signal,
    });
  }

  /** What git writes. It fails when git does, and ends only when git ended well; the signal ends git. */
  output(args: readonly string[], signal: AbortSignal): Readable {
    const child = this.git.start(args, { cwd: this.path, stdio: ['ignore', 'pipe', 'ignore'] });
    // Connected at once: Node.js throws away what nobody has begun to read when the process ends.
    const stream = (child.stdout as Readable).pipe(new PassThrough(), { end: false });
    child.on('error', (error) => stream.destroy(error));
    child.on('close', (code) =>
      code === 0 ? stream.end() : stream.destroy(new Error(`git ${args[0]} exited with ${code}`)),
    );
    stream.once('close', () => child.kill('SIGKILL'));
    // Its reader hears of it; there may be none yet.
    stream.on('error', () => undefined);
    return addAbortSignal(signal, stream);
  }

  #run(args: readonly string[]): Promise<string> {
    return this.git.run(args, { cwd: this.path });
  }

  async #tryRun(args: readonly string[]): Promise<{ ok: boolean; stdout: string }> {
    try {
      return { ok: true, stdout: await this.#run(args) };
    } catch (error) {
      const exited = error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
      if (!exited) throw error;
      return { ok: false, stdout: '' };
    }
  }
}

/** Of what `git ls-tree --long` prints. */
function parseEntry(record: string): TreeEntry | undefined {
  const [, mode, type, id, bytes] = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t/.exec(record) ?? [];
  return mode === undefined ? undefined : { mode, type: type!, id: id!, bytes: Number(bytes) || 0 };
}
