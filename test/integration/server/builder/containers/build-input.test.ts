import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../../../../../base/errors.js';
import { onAbort } from '../../../../../base/on-abort.js';
import { waitUntil } from '../../../../../base/wait-until.js';
import {
  removeInputsAllBut,
  withBuildInput,
  type BuildInput,
} from '../../../../../server/builder/containers/build-input.js';
import { GitProgram } from '../../../../../server/git/repository/git-program.js';
import { GitRepositories, type GitRepository } from '../../../../../server/git/repository/git-repository.js';
import { checkSourceSize } from '../../../../../server/git/repository/source-size.js';
import { commitTreeOfCopies } from '../../../../support/apps/tree-of-copies.js';

const mebibyte = 1024 ** 2;
const never = new AbortController().signal;
const drain = async (archive: Readable): Promise<number> => {
  let bytes = 0;
  for await (const chunk of archive as AsyncIterable<Buffer>) bytes += chunk.length;
  return bytes;
};

/** Processes of a git that works in that repository. */
function gitsIn(repository: GitRepository): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return /\barchive\b|\bls-tree\b/.test(command) && readCwd(pid) === repository.path;
      } catch {
        return false;
      }
    });
}

function readCwd(pid: string): string {
  return realpathSync(`/proc/${pid}/cwd`);
}

describe('the input of a build', function () {
  this.timeout(30_000);
  let folder: string;
  let repository: GitRepository;
  /** 216 copies of a mebibyte, in a repository of some kilobytes. */
  let commit: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deis-build-input-'));
    repository = await new GitRepositories(join(folder, 'repos'), new GitProgram()).open('app');
    commit = await commitTreeOfCopies(repository, folder, { bytes: mebibyte, width: 6, levels: 3 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = (): string => join(folder, 'work', 'one.tar');
  const input = (signal: AbortSignal, more: Partial<BuildInput> = {}): BuildInput => ({
    source: more.source ?? repository.archive(commit, signal),
    buildpacks: [{ kind: 'builtin', name: 'procfile' }],
    config: {},
    workFolder: join(folder, 'work'),
    name: 'one',
    maxBytes: 1024 * mebibyte,
    refusal: () => Promise.resolve(undefined),
    kept: ({ name }) => Promise.reject(new Error(`no ${name}`)),
    ...more,
  });
  const ended = (): Promise<true> =>
    waitUntil(() => Promise.resolve(gitsIn(repository).length === 0 ? true : undefined), {
      deadlineMs: 5000,
      intervalMs: 20,
      what: 'git to end',
    });
  const grown = (): Promise<true> =>
    waitUntil(
      () => Promise.resolve(existsSync(file()) && statSync(file()).size > 8 * mebibyte ? true : undefined),
      { deadlineMs: 10_000, intervalMs: 1, what: 'the file to grow' },
    );
  afterEach(async () => {
    assert.equal(existsSync(file()), false);
    await ended();
  });

  it('is the whole tree and the scripts', async () => {
    const bytes = await withBuildInput(input(never), never, drain);
    assert.ok(bytes > 216 * mebibyte && bytes < 218 * mebibyte, `${bytes}`);
  });

  it('is known to be too large before a byte of it is written', async () => {
    const check = (maxBytes: number): Promise<void> =>
      checkSourceSize(repository.entries(commit, never), maxBytes);
    await assert.rejects(check(100 * mebibyte), /the pushed files take more than 100 MB .*DEIS_BUILD_SOURCE/);
    await check(220 * mebibyte);
    const bomb = await commitTreeOfCopies(repository, folder, { bytes: mebibyte, width: 20, levels: 12 });
    await assert.rejects(checkSourceSize(repository.entries(bomb, never), 2 ** 31), /more than 2048 MB/);
    const empty = await commitTreeOfCopies(repository, folder, { bytes: 0, width: 20, levels: 12 });
    await assert.rejects(checkSourceSize(repository.entries(empty, never), 2 ** 40), /500000 files/);
  });

  it('is written no further than it may be', async () => {
    let largest = 0;
    const watch = setInterval(() => (largest = existsSync(file()) ? statSync(file()).size : largest), 1);
    await assert.rejects(
      withBuildInput(input(never, { maxBytes: 20 * mebibyte }), never, drain),
      (error) => error instanceof UserError && /more than 20 MB/.test(error.message),
    );
    clearInterval(watch);
    assert.ok(largest <= 20 * mebibyte, `${largest}`);
  });

  it('is written no further than the disk has room, for the file and for the container', async () => {
    for (const times of [2, 9]) {
      let asked = 0;
      const refusal = (): Promise<string | undefined> =>
        Promise.resolve((asked += 1) < times ? undefined : 'the disk is nearly full');
      await assert.rejects(
        withBuildInput(input(never, { refusal }), never, drain),
        (error) => error instanceof UserError && error.message === 'the disk is nearly full',
      );
      assert.equal(asked, times);
    }
  });

  it('is given up at once when that is asked for: while it is written, and while it is handed over', async () => {
    for (const use of [drain, () => new Promise<never>(() => undefined)]) {
      const cancel = new AbortController();
      const reason = new Error('cancelled');
      const work = withBuildInput(input(cancel.signal), cancel.signal, (archive, signal) => {
        if (use !== drain) cancel.abort(reason);
        return Promise.race([use(archive), rejection(signal)]);
      });
      if (use === drain) void grown().then(() => cancel.abort(reason));
      await assert.rejects(work, reason);
    }
    const aborted = AbortSignal.abort(new Error('before'));
    await assert.rejects(withBuildInput(input(aborted), aborted, drain), /before/);
  });

  it('fails as the one who takes it fails, and leaves nothing hanging', async () => {
    await assert.rejects(
      withBuildInput(input(never), never, () => Promise.reject(new Error('no such container'))),
      /no such container/,
    );
  });

  it('is removed later when its controller was killed, unless its operation goes on', async () => {
    mkdirSync(join(folder, 'work'), { recursive: true });
    for (const name of ['one.tar', 'two.tar', 'other']) writeFileSync(join(folder, 'work', name), 'x');
    await removeInputsAllBut(join(folder, 'work'), () => Promise.resolve(['two']));
    assert.deepEqual(readdirSync(join(folder, 'work')).sort(), ['other', 'two.tar']);
    await removeInputsAllBut(join(folder, 'nowhere'), () => Promise.resolve([]));
  });

  it('fails when git does', async () => {
    const source = repository.archive('f'.repeat(40), never);
    await assert.rejects(withBuildInput(input(never, { source }), never, drain), /git archive exited with/);
  });
});

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => onAbort(signal, () => reject(signal.reason as Error)));
}
