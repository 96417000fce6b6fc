import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../../base/errors.js';
import { followPath } from '../../../../server/builder/follow-path.js';
import { GitProgram } from '../../../../server/git/repository/git-program.js';
import { GitRepositories, type GitRepository } from '../../../../server/git/repository/git-repository.js';
import { planBuild } from '../../../../server/builder/plan/plan-build.js';
import { readAppSource } from '../../../../server/builder/read-app-source.js';

describe('reading what detection looks at', function () {
  this.timeout(60_000);
  let folder: string;
  let repository: GitRepository;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deis-app-source-'));
    repository = await new GitRepositories(join(folder, 'repos'), new GitProgram()).open('app');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Commits files, links (`-> target`) and folders (a name with a slash at its end, as a submodule). */
  async function commit(tree: Readonly<Record<string, string>>): Promise<string> {
    const work = mkdtempSync(join(folder, 'app-'));
    const git = (...args: string[]) =>
      execa('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], { cwd: work });
    await git('init', '-q', '-b', 'master');
    for (const [name, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(work, name)), { recursive: true });
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), join(work, name));
      else if (text === 'submodule') {
        mkdirSync(join(work, name));
        await git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},${name}`);
      } else writeFileSync(join(work, name), text);
    }
    await git('add', '-A', ...(Object.values(tree).includes('submodule') ? ['--', ':!Procfile'] : []));
    await git('commit', '-q', '--allow-empty', '-m', 'Start');
    await git('push', '-q', repository.path, '+master:refs/heads/pushed');
    return (await git('rev-parse', 'HEAD')).stdout;
  }
  const refuses = async (tree: Readonly<Record<string, string>>, message: RegExp): Promise<void> =>
    assert.rejects(
      readAppSource(repository, await commit(tree)),
      (error) => error instanceof UserError && message.test(error.message),
    );

  it('looks into folders for an app, where the root has none', async () => {
    const files = {
      'README.md': 'x',
      'api/package.json': '{}',
      'web/src/index.html': 'x',
      'web/Procfile': 'x',
    };
    const source = await readAppSource(repository, await commit(files));
    assert.deepEqual(source.below, ['api/package.json', 'web/Procfile']);
    const whole = await readAppSource(repository, await commit({ ...files, 'index.html': 'x' }));
    assert.equal(whole.below, undefined);
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`f${n}/package.json`, '{}']));
    assert.equal((await readAppSource(repository, await commit(many))).below?.length, 3);
    assert.deepEqual((await readAppSource(repository, await commit({ 'README.md': 'x' }))).below, []);
  });

  it('follows links within the commit, through folders and other links', async () => {
    const source = await readAppSource(
      repository,
      await commit({
        Procfile: '-> deploy/Procfile.production',
        'deploy/Procfile.production': 'web: node server.js\n',
        'package.json': '-> current/package.json',
        current: '-> apps/../apps/one',
        'apps/one/package.json': '-> ../../shared.json',
        'shared.json': '{"name":"shared"}',
        'static.json': '-> .//./deploy/../shared.json',
      }),
    );
    assert.equal(source.procfile, 'web: node server.js\n');
    assert.equal(source.packageJson, '{"name":"shared"}');
    assert.equal(source.staticJson, '{"name":"shared"}');
    assert.ok(source.names.has('current'));
  });

  it('never leaves the commit on its way, and gives up where a link leads nowhere or goes on for ever', async () => {
    const chain = Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`l${n}`, `-> l${n + 1}`]));
    const id = await commit({
      file: 'x',
      'a/c': 'y',
      ...chain,
      l41: 'web: true',
      absolute: '-> /etc/passwd',
      above: '-> ../secret',
      around: '-> a/../../secret',
      up: '-> /etc',
      through: '-> up/passwd',
      self: '-> self',
      one: '-> two',
      two: '-> one',
      nothing: '-> missing',
      below: '-> file/x',
      slash: '-> file/',
      folder: '-> a',
      here: '-> .',
      pattern: '-> :(top)*',
      long: `-> ${'a/../'.repeat(500)}file`,
      newline: '-> file\n',
      dots: '-> .//./a/../file',
    });
    const paths = {
      outside: ['absolute', 'above', 'around', 'through', 'up'],
      circle: ['self', 'one', 'l0', 'long'],
      nowhere: ['nothing', 'below', 'slash', 'pattern', 'newline'],
      folder: ['folder', 'here', 'a'],
      file: ['file', 'dots', 'l2'],
    };
    for (const [kind, all] of Object.entries(paths))
      for (const path of all) assert.equal((await followPath(repository, id, path)).kind, kind, path);
  });

  it('refuses what leads to no file, is too large or elsewhere, in words', async () => {
    for (const [target, what] of [
      ['-> ../secret', 'is a link that leads out of the repository: link to a file of the same commit'],
      ['-> Procfile', 'is a link that leads in a circle'],
      ['-> missing', 'is a link to something that is not in this commit'],
      ['-> a', 'is a folder, or a link to one: expected a file'],
      ['-> large', 'is larger than 1 MiB'],
      ['version https://git-lfs.github.com/spec/v1\noid x\n', 'is kept in Git LFS'],
    ] as const)
      await refuses(
        { Procfile: target, 'a/b': 'x', large: target === '-> large' ? 'x'.repeat(1024 ** 2 + 1) : '' },
        new RegExp(`^Procfile ${what}`),
      );
    for (const file of ['package.json', 'static.json'])
      await refuses({ [file]: '-> missing' }, new RegExp(`^${file} is a link to something`));
    await refuses({ 'package.json/a': 'x' }, /^package\.json is a folder/);
  });

  it('refuses a submodule in the place of a file', () =>
    refuses({ Procfile: 'submodule', 'server.js': 'x' }, /^Procfile is a submodule/));

  it('tells submodules and files of Git LFS, a few of them', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:x\nsize 5\n';
    const files = {
      'package.json': '{"scripts":{"start":"x"}}',
      '.gitmodules': '[submodule "lib"]\n',
      'vendor/lib': 'submodule',
      '.gitattributes': '*.png filter=lfs diff=lfs merge=lfs -text\n',
      ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`img/${name}.png`, `${pointer}${name}`])),
      'img/small.txt': 'no pointer',
    };
    const source = await readAppSource(repository, await commit(files));
    assert.deepEqual(source.submodules, ['vendor/lib']);
    assert.deepEqual(source.lfsFiles, ['img/a.png', 'img/b.png', 'img/c.png']);
    const { notes } = planBuild(source);
    assert.match(
      notes[0]!,
      /^Submodules are not fetched here, so that vendor\/lib is empty: commit the files/,
    );
    assert.match(
      notes[1]!,
      /^Git LFS is not fetched here, so that img\/a\.png, img\/b\.png, img\/c\.png is a pointer/,
    );
    const plain = await readAppSource(repository, await commit({ Procfile: 'web: x', 'a.png': pointer }));
    assert.deepEqual([plain.submodules, plain.lfsFiles], [undefined, undefined]);
  });

  it('looks at links of files that it knows by name, but lets the build make what they lead to', async () => {
    await refuses({ 'index.html': '-> /etc/passwd' }, /^index\.html is a link that leads out/);
    await refuses({ 'server.js': '-> server.js' }, /^server\.js is a link that leads in a circle/);
    const { names } = await readAppSource(repository, await commit({ 'server.js': '-> dist/server.js' }));
    assert.ok(names.has('server.js'));
  });
});
