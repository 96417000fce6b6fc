import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import * as tar from 'tar';
import { GitProgram } from '../../../../../server/git/repository/git-program.js';
import { GitRepositories, type GitRepository } from '../../../../../server/git/repository/git-repository.js';

const never = new AbortController().signal;

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
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(work, name)), { recursive: true });
      writeFileSync(join(work, name), text);
    }
    const git = (...args: string[]): Promise<string> =>
      execa('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], { cwd: work }).then(
        ({ stdout }) => stdout,
      );
    await git('init', '-q', '-b', 'master');
    await addAsTheyAre(work, Object.keys(files));
    await git('commit', '-q', '-m', 'Start');
    await git('push', '-q', repository.path, '+master:refs/heads/master');
    return git('rev-parse', 'HEAD');
  }
  async function unpack(repository: GitRepository, commit: string): Promise<string> {
    const target = join(folder, 'unpacked');
    mkdirSync(target);
    await pipeline(repository.archive(commit, never), tar.x({ cwd: target }));
    return target;
  }

  /** Into the index without the conversions that the app's own .gitattributes want. */
  async function addAsTheyAre(work: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const { stdout: blob } = await execa('git', ['hash-object', '-w', '--no-filters', name], { cwd: work });
      await execa('git', ['update-index', '--add', '--cacheinfo', `100644,${blob},${name}`], { cwd: work });
    }
  }

  const files = {
    '.gitattributes':
      '[attr]left-out export-ignore\ntests.js export-ignore\nfixtures.js left-out\nversion.js export-subst\n',
    'tests.js': 'tests',
    'fixtures.js': 'fixtures',
    'version.js': "'$Format:%H$'",
  };

  const converted = {
    '.gitattributes':
      '* text=auto eol=crlf\nident.txt ident\nwide.txt text working-tree-encoding=UTF-16LE\n' +
      'old.txt crlf\n[attr]mine text eol=crlf\nmacro.txt mine\nfiltered.txt filter=lfs\n',
    'start.sh': '#!/bin/sh\nexec node server.js\n',
    'ident.txt': '$Id$\n',
    'wide.txt': 'wide\n',
    'old.txt': 'a\nb\n',
    'macro.txt': 'a\nb\n',
    'filtered.txt': 'a\nb\n',
    'below/.gitattributes': '*.txt text eol=crlf\n',
    'below/a.txt': 'a\n',
    'crlf.bat': 'a\r\nb\r\n',
  };
  const earlier = '* -export-ignore -export-subst\n';

  for (const [what, prepare] of [
    ['is new', () => undefined],
    ['was made by an earlier version', (path: string) => rmSync(join(path, 'info'), { recursive: true })],
    [
      'has the attributes of an earlier version',
      (path: string) => writeFileSync(join(path, 'info', 'attributes'), earlier),
    ],
  ] as const) {
    it(`gives builds what was pushed, whatever its .gitattributes leave out or change, when it ${what}`, async () => {
      prepare((await repositories.open('app')).path);
      for (const tree of [files, converted] as readonly Readonly<Record<string, string>>[]) {
        const repository = await repositories.open('app');
        const target = await unpack(repository, await pushTo(repository, tree));
        const unpacked = readdirSync(target, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(target, join(entry.parentPath, entry.name)));
        assert.deepEqual(
          Object.fromEntries(unpacked.map((name) => [name, readFileSync(join(target, name), 'utf8')])),
          tree,
        );
        rmSync(target, { recursive: true });
      }
    });
  }

  it('is repacked when there are many packs, and only then', async () => {
    const repository = await repositories.open('app');
    const commit = await pushTo(repository, files);
    const packs = join(repository.path, 'objects', 'pack');
    const count = (): number => readdirSync(packs).filter((name) => name.endsWith('.pack')).length;
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
