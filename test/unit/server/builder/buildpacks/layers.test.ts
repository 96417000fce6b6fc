import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../../support/source/source-imports.js';

const buildpacks = join(projectRoot, 'server', 'builder', 'buildpacks');

describe('layers of a slug', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-layers-'));
    for (const name of ['app/node_modules/a', 'app/node_modules2', 'app/lib/node_modules', 'cache'])
      mkdirSync(join(folder, name), { recursive: true });
    for (const name of ['node_modules/a/index.js', 'node_modules2/b', 'lib/node_modules/c', 'server.js'])
      writeFileSync(join(folder, 'app', name), name);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** One build: what it does, then its slug. Resolves to the slug's files and sum, and what it printed. */
  const build = (script: string): { files: string[]; sum: string; said: string } => {
    rmSync(join(folder, 'layers'), { recursive: true, force: true });
    const whole =
      `set -euo pipefail; . ${buildpacks}/lib.sh; . ${buildpacks}/layers.sh; add_layer modules node_modules; ` +
      `${script}\npack >../slug.tgz`;
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', whole], {
      cwd: join(folder, 'app'),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', DEIS_LAYERS: join(folder, 'layers') },
      timeout: 20_000,
    });
    assert.deepEqual([status, stderr], [0, '']);
    const slug = join(folder, 'slug.tgz');
    const list = spawnSync('tar', ['-tzf', slug], { encoding: 'utf8' });
    assert.deepEqual([list.status, list.stderr], [0, '']);
    const sum = createHash('sha256').update(readFileSync(slug)).digest('hex');
    return { files: list.stdout.split('\n').filter((name) => /[^/]$/.test(name)), sum, said: stdout };
  };
  const all = ['./node_modules/a/index.js', './lib/node_modules/c', './node_modules2/b', './server.js'];
  const keep = 'keep_layer modules one ../cache node_modules';
  const take = 'take_layer modules one ../cache && echo taken || echo installed';

  it('come out of the cache as they were, to the same bytes, unpacked only where that is asked for', () => {
    const plain = build(':');
    assert.deepEqual(plain.files, all);
    assert.equal(build(keep).sum, plain.sum);
    const unseen = build(`rm -rf node_modules; ${take}`);
    assert.equal(unseen.said, 'taken\n');
    assert.ok(!existsSync(join(folder, 'app', 'node_modules')));
    const unpacked = build(`${take}; unpack_layer modules node_modules; cat node_modules/a/index.js`);
    assert.equal(unpacked.said, 'taken\nnode_modules/a/index.js');
    assert.deepEqual([unseen.sum, unpacked.sum], [plain.sum, plain.sum]);
    assert.equal(build('take_layer modules two ../cache || echo another').said, 'another\n');
    assert.equal(build('take_layer modules "" ../cache || echo none').said, 'none\n');
  });

  it('are not taken where the cache has lost or changed them', () => {
    build(keep);
    const kept = join(folder, 'cache', 'layers', 'modules.tgz');
    const bytes = readFileSync(kept);
    for (const spoil of [
      () => writeFileSync(kept, bytes.subarray(0, bytes.length - 1)),
      () => writeFileSync(kept, Buffer.concat([bytes.subarray(0, 40), Buffer.from('x'), bytes.subarray(41)])),
      () => rmSync(kept),
      () => mkdirSync(kept),
    ]) {
      spoil();
      assert.deepEqual(build(take), { ...build(':'), said: 'installed\n' });
    }
    assert.equal(build(`${keep}; echo kept all the same`).said, 'kept all the same\n');
  });

  it('are what lies at their place where somebody has changed that, or taken it away', () => {
    build(keep);
    const unpack = `${take}; unpack_layer modules node_modules; sleep 0.02;`;
    const added = build(`${unpack} echo x >node_modules/new`);
    assert.deepEqual(added.files, ['./node_modules/a/index.js', './node_modules/new', ...all.slice(1)]);
    const changed = build(`${unpack} echo y >node_modules/a/index.js`);
    assert.deepEqual(changed.files, all);
    assert.notEqual(changed.sum, build(unpack).sum);
    assert.deepEqual(build(`${unpack} rm node_modules/a/index.js`).files, all.slice(1));
    assert.deepEqual(build(`${unpack} rm -rf node_modules`).files, all.slice(1));
    assert.deepEqual(build(`${take}; mkdir node_modules; : >node_modules/mine`).files, [
      './node_modules/mine',
      ...all.slice(1),
    ]);
  });

  it('may be empty', () => {
    const plain = build(`rm -rf node_modules; ${keep}`);
    assert.deepEqual(plain.files, all.slice(1));
    assert.equal(build(`${take}; unpack_layer modules node_modules`).sum, plain.sum);
  });

  it('are kept where the cache has room for them', () => {
    assert.equal(build(`DEIS_CACHE_KB=4; ${keep}; ${take}`).said, 'installed\n');
    assert.equal(build(`DEIS_CACHE_KB=4000; ${keep}; ${take}`).said, 'taken\n');
  });
});
