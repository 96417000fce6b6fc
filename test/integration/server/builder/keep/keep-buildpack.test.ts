import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../../../base/errors.js';
import { KeptBuildpacks } from '../../../../../server/builder/containers/kept-buildpacks.js';
import {
  dropBuildpack,
  keepBuildpack,
  type KeepBuildpackParts,
} from '../../../../../server/builder/keep/keep-buildpack.js';
import { RegistryClient } from '../../../../../server/builder/toolchains/fetch-file.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';

describe('the buildpacks that an operator keeps', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let folder: string;
  let parts: KeepBuildpackParts;
  let repository: string;
  let first: string;

  const git = async (...args: string[]): Promise<string> =>
    (await execa('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@x', ...args])).stdout;
  const commit = async (files: Readonly<Record<string, string>>): Promise<string> => {
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(repository, name), text, { mode: 0o755 });
    await git('add', '-A');
    await git('commit', '-q', '-m', 'More');
    return git('rev-parse', 'HEAD');
  };
  const refused = (name: string, wanted: Parameters<typeof keepBuildpack>[2], why: RegExp): Promise<void> =>
    assert.rejects(
      keepBuildpack(parts, name, wanted),
      (error) => error instanceof UserError && why.test(error.message),
    );
  const files = (): string[] => readdirSync(join(folder, 'buildpacks')).sort();

  beforeEach(async () => {
    db = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'deis-keep-'));
    repository = join(folder, 'repository');
    mkdirSync(join(repository, 'bin'), { recursive: true });
    await git('init', '-q', '-b', 'main');
    first = await commit({ 'bin/detect': '#!/bin/sh\n', 'bin/compile': '#!/bin/sh\necho one\n' });
    parts = {
      stores: db.stores,
      files: new KeptBuildpacks(join(folder, 'buildpacks')),
      client: new RegistryClient(null),
      caBundle: null,
    };
  });
  afterEach(async () => {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are the tree of one commit, pinned by a hash that is the same each time', async () => {
    await commit({ 'bin/compile': '#!/bin/sh\necho two\n' });
    const kept = await keepBuildpack(parts, 'acme/crystal', { source: repository, ref: first });
    assert.equal(kept.ref, first);
    const pinned = { source: repository, ref: first, sha256: kept.sha256 };
    assert.equal((await keepBuildpack(parts, 'acme/crystal', pinned)).sha256, kept.sha256);
    const tarball = await parts.files.read(kept);
    assert.equal(createHash('sha256').update(tarball).digest('hex'), kept.sha256);
    const { stdout } = await execa('tar', ['-xzO', 'bin/compile'], { input: tarball });
    assert.match(stdout, /echo one/);
    assert.deepEqual(
      (await db.stores.buildpacks.kept()).map(({ name, sha256, size, ref }) => [name, sha256, size, ref]),
      [['acme/crystal', kept.sha256, tarball.length, first]],
    );
  });

  it('come from a tarball, too, and are refused when it is not the one that is meant', async () => {
    const path = join(folder, 'crystal.tgz');
    await git('archive', '--prefix=crystal-1/', '-o', path, 'HEAD');
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    const kept = await keepBuildpack(parts, 'crystal', { source: path, sha256 });
    assert.deepEqual([kept.sha256, kept.ref], [sha256, null]);
    await refused('other', { source: path, sha256: 'a'.repeat(64) }, /has the sha256 .*, not aaaa/);
    assert.deepEqual(files(), [`${sha256}.tgz`]);
    await refused('other', { source: path, sha256: 'beef' }, /"beef" is not a valid sha256: expected 64/);
    await refused('other', { source: path, ref: first }, /--ref is for repositories/);
    await refused('other', { source: join(folder, 'none.tgz') }, /there is no file/);
  });

  it('are refused when they are none, or their name is taken or wrong', async () => {
    const source = repository;
    await refused('nodejs', { source, ref: first }, /^nodejs comes with the controller/);
    await refused('heroku/nodejs', { source, ref: first }, /comes with the controller/);
    for (const name of ['', 'A', 'a b', '../a', 'a/b/c', '-a', 'a'.repeat(41)])
      await refused(name, { source, ref: first }, /is not a valid name: expected lower-case/);
    await refused('a', { source }, /a repository needs --ref/);
    await refused('a', { source, ref: '--upload-pack=id' }, /is not a valid ref/);
    await refused('a', { source, ref: 'f'.repeat(40) }, /there is no f{40} in that repository/);
    await refused('a', { source: join(folder, 'nowhere'), ref: first }, /could not be fetched/);
    const url = 'https://me:hunter2@example.com/a.git';
    await refused('a', { source: url, ref: first }, /has a user name or password/);
    await git('rm', '-q', 'bin/detect');
    const bare = await commit({ 'README.md': 'x' });
    await refused('a', { source, ref: bare }, /that is not a buildpack: it has no bin\/detect/);
    writeFileSync(join(folder, 'text.tgz'), 'no tarball');
    await refused('a', { source: join(folder, 'text.tgz') }, /not a gzip tarball that tar can read/);
    assert.deepEqual(await db.stores.buildpacks.kept(), []);
  });

  it('are never used when their copy is another one by now, or lost', async () => {
    const kept = await keepBuildpack(parts, 'crystal', { source: repository, ref: first });
    writeFileSync(join(folder, 'buildpacks', `${kept.sha256}.tgz`), 'something else');
    await assert.rejects(parts.files.read(kept), /crystal is not the one whose sha256 is kept/);
    await parts.files.remove(kept.sha256);
    await assert.rejects(
      parts.files.read(kept),
      /lost its copy of the buildpack crystal: .*buildpacks add crystal/,
    );
  });

  it('go with their name, unless another name means the same', async () => {
    const { sha256 } = await keepBuildpack(parts, 'crystal', { source: repository, ref: first });
    await keepBuildpack(parts, 'acme/crystal', { source: repository, ref: first });
    await dropBuildpack(parts, 'crystal');
    assert.deepEqual(files(), [`${sha256}.tgz`]);
    await dropBuildpack(parts, 'acme/crystal');
    assert.deepEqual(files(), []);
    await assert.rejects(dropBuildpack(parts, 'crystal'), /there is no buildpack "crystal" here/);
  });
});
