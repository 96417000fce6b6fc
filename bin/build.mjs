#!/usr/bin/env node
// Transpiles the product into dist/ and lays its templates, buildpacks and other data files beside the code.
// `--if-stale` does nothing when dist/ was built from the same sources; `--types` adds the types that cookbooks
// of operators are checked against, for the npm package. Types of the product are checked by `npm run types`.
// Plain JavaScript: it must run before anything is compiled.
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

/** @returns the path of an npm package's program; ends the process where the packages are not installed. */
function programOf(...path) {
  const program = join(root, 'node_modules', ...path);
  if (existsSync(program)) return program;
  console.error('The npm packages are not installed: run `npm ci` first.');
  process.exit(1);
}

async function transpile() {
  programOf('esbuild', 'package.json');
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: sources.filter((path) => path.endsWith('.ts')),
    outbase: root,
    outdir: dist,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
}

function emitCookbookTypes() {
  const tsc = programOf('typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.cookbook.json')], {
    stdio: 'inherit',
    cwd: root,
  });
}

const wanted = fingerprint();
const withTypes = process.argv.includes('--types');
const isFresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
const hasTypes = isFresh && existsSync(join(dist, 'cookbooks', 'author.d.ts'));
if (process.argv.includes('--if-stale') && isFresh && (hasTypes || !withTypes)) process.exit(0);
if (process.argv.includes('--say')) console.log('Compiling ...');
try {
  rmSync(dist, { recursive: true, force: true });
  await transpile();
  copyData();
  if (withTypes) emitCookbookTypes();
} catch (error) {
  if (error.errors === undefined) console.error(`npm run build failed: ${error.message}`);
  process.exit(1);
}
writeFileSync(stamp, wanted);
