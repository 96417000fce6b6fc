import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import * as tar from 'tar';
import { GitProgram } from '../../../../server/git/git-program.js';
import { GitRepositories, type GitRepository } from '../../../../server/git/git-repository.js';

describe('the repository of a formation', () => {
  let folder: string;
  let repositories: GitRepositories;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-git-repository-'));
    repositories = new GitRepositories(join(folder, 'repos'), new GitProgram());
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function pushTo(repository: GitRepository, files: Readonly<Record<string, string>>): Promise<string> {
    const work = mkdtempSync(join(folder, 'app-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
    const git = (...args: string[]): Promise<string> =>
      execa('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], { cwd: work }).then(
        ({ stdout }) => stdout,
      );
    await git('init', '-q', '-b', 'master');
    await git('add', '-A');
    await git('commit', '-q', '-m', 'Start');
    await git('push', '-q', repository.path, '+master:refs/heads/master');
    return git('rev-parse', 'HEAD');
  }
  async function unpack(repository: GitRepository, commit: string): Promise<string> {
    const target = join(folder, 'unpacked');
    mkdirSync(target);
    await pipeline(repository.archive(commit), tar.x({ cwd: target }));
    return target;
  }

  const files = {
    '.gitattributes':
      '[attr]left-out export-ignore\ntests.js export-ignore\nfixtures.js left-out\nversion.js export-subst\n',
    'tests.js': 'tests',
    'fixtures.js': 'fixtures',
    'version.js': "'$Format:%H$'",
  };

  for (const [what, prepare] of [
    ['is new', () => undefined],
    ['was made by an earlier version', (path: string) => rmSync(join(path, 'info'), { recursive: true })],
  ] as const) {
    it(`gives builds what was pushed, whatever its .gitattributes leave out of archives, when it ${what}`, async () => {
      prepare((await repositories.open('app')).path);
      const repository = await repositories.open('app');
      const target = await unpack(repository, await pushTo(repository, files));
      assert.deepEqual(readdirSync(target).sort(), Object.keys(files).sort());
      assert.equal(readFileSync(join(target, 'version.js'), 'utf8'), files['version.js']);
    });
  }

  it('is repacked when there are many packs, and only then', async () => {
    const repository = await repositories.open('app');
    const commit = await pushTo(repository, files);
    const packs = join(repository.path, 'objects', 'pack');
    const count = (): number => readdirSync(packs).filter((name) => name.endsWith('.pack')).length;
    const never = new AbortController().signal;
    await repository.git.run(['repack', '-q', '-a', '-d'], { cwd: repository.path });
    const [pack] = readdirSync(packs).filter((name) => name.endsWith('.pack'));
    const copy = (n: number): void =>
      ['pack', 'idx'].forEach((kind) =>
        cpSync(
          join(packs, pack!.replace(/pack$/, kind)),
          join(packs, `pack-${n.toString(16).padStart(40, '0')}.${kind}`),
        ),
      );
    copy(0);
    await repository.collectGarbage(never);
    assert.equal(count(), 2);
    for (let n = 1; n < 60; n += 1) copy(n);
    await repository.collectGarbage(never);
    assert.ok(count() <= 2, `${count()} packs`);
    assert.equal(await repository.hasCommit(commit), true);
  });
});
