import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { productFolders, projectRoot, sourceFiles } from '../../support/source/source-imports.js';

interface Lock {
  readonly name: string;
  readonly version: string;
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Entry>>;
}
interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
interface SmallInstall {
  readonly packages: readonly string[];
  readonly folders: readonly string[];
  partOfLock(
    lock: Lock,
    names: readonly string[],
  ): { manifest: { type: string; dependencies: Record<string, string> }; lock: Lock };
}

describe('what making the images needs of npm', () => {
  let small: SmallInstall;
  let whole: Lock;
  before(async () => {
    const path = pathToFileURL(join(projectRoot, 'bin', 'quickstart', 'small-install.mjs')).href;
    small = (await import(path)) as SmallInstall;
    whole = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as Lock;
  });

  it('is all that it imports, in all modules that it reaches', () => {
    const files = new Map(
      productFolders.flatMap((folder) => sourceFiles(folder)).map((file) => [file.path, file.values]),
    );
    const reached = new Set<string>(['quickstart/images-ahead.ts']);
    for (const path of reached) for (const name of files.get(path) ?? []) reached.add(name);
    const names = [...reached].filter((name) => !files.has(name) && !name.startsWith('node:'));
    assert.deepEqual([...names, 'tsx'].sort(), [...small.packages].sort());
    const places = new Set([...reached].filter((name) => files.has(name)).map((path) => path.split('/')[0]!));
    assert.deepEqual([...places].sort(), [...small.folders].sort());
  });

  it('stands in the lock of its own with all that it needs, as in the whole one', () => {
    const { manifest, lock } = small.partOfLock(whole, small.packages);
    assert.equal(manifest.type, 'module');
    assert.equal(manifest.dependencies['execa'], whole.packages['node_modules/execa']!.version);
    assert.deepEqual(lock.packages['']!.dependencies, manifest.dependencies);
    const parts = Object.fromEntries(Object.entries(lock.packages).filter(([place]) => place !== ''));
    for (const [place, { version, integrity, dev, dependencies = {} }] of Object.entries(parts)) {
      assert.deepEqual(
        [version, integrity, dev],
        [whole.packages[place]!.version, whole.packages[place]!.integrity, undefined],
      );
      for (const name of Object.keys(dependencies))
        assert.ok(
          `${place}/node_modules/${name}` in parts || `node_modules/${name}` in parts,
          `${place} needs ${name}`,
        );
    }
    // Its program for this machine comes as one of many that are optional.
    assert.ok('node_modules/@esbuild/linux-x64' in parts);
    const count = Object.keys(parts).length;
    assert.ok(count < Object.keys(whole.packages).length / 3, String(count));
  });

  it('has packages where Node.js finds them: below who needs them, else further out', () => {
    const packages = {
      'node_modules/a': { version: '1.0.0', dev: true, dependencies: { b: '*', c: '*' } },
      'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { c: '*' } },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': { version: '1.0.0', optionalDependencies: { none: '*' } },
    };
    const { lock } = small.partOfLock({ name: 'x', version: '0.0.0', lockfileVersion: 3, packages }, ['a']);
    assert.deepEqual(Object.keys(lock.packages), [
      '',
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/c',
    ]);
    const broken = { ...packages, 'node_modules/c': { version: '1.0.0', dependencies: { d: '*' } } };
    assert.throws(
      () => small.partOfLock({ name: 'x', version: '0', lockfileVersion: 3, packages: broken }, ['a']),
      /package-lock\.json has no d, which node_modules\/c needs/,
    );
  });
});
