#!/usr/bin/env node
// Compiles the product into dist/ and lays its templates, buildpacks and other data files beside the compiled
// code.
// `--if-stale` does nothing when dist/ was built from the same sources. Plain JavaScript: it must run before
// anything is compiled.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const stamp = join(dist, '.built-from');
const sourceDirs = ['base', 'cli', 'server', 'provisioner', 'cookbooks', 'templates', 'quickstart'];
const sourceFiles = [
  'knexfile.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.cookbook.json',
  'package.json',
  'package-lock.json',
  'bin/build.mjs',
];

function* filesBelow(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

const sources = [
  ...sourceDirs.flatMap((dir) => [...filesBelow(join(root, dir))]),
  ...sourceFiles.map((file) => join(root, file)).filter(existsSync),
].sort();

function fingerprint() {
  const hash = createHash('sha256');
  for (const path of sources)
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex');
}

function copyData() {
  for (const path of sources) {
    if (path.endsWith('.ts') || sourceFiles.includes(relative(root, path))) continue;
    const target = join(dist, relative(root, path));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target);
    chmodSync(target, statSync(path).mode & 0o777);
  }
}

const wanted = fingerprint();
if (process.argv.includes('--if-stale') && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)
  process.exit(0);
if (process.argv.includes('--say')) console.log('Compiling ...');
rmSync(dist, { recursive: true, force: true });
try {
  // The second writes the types that cookbooks of operators are checked against.
  for (const config of ['tsconfig.build.json', 'tsconfig.cookbook.json']) {
    execFileSync(
      process.execPath,
      [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, config)],
      { stdio: 'inherit', cwd: root },
    );
  }
} catch {
  process.exit(1);
}
copyData();
writeFileSync(stamp, wanted);
