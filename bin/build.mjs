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
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
/** What is being built: it takes the place of dist/ when it is whole, so that a program that starts meanwhile works. */
const next = join(root, `.dist-${process.pid}`);
const stamp = '.built-from';
const sourceDirs = ['base', 'cli', 'server', 'provisioner', 'cookbooks', 'templates', 'quickstart'];
const dashboardDir = join(root, 'dashboard');
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
const dashboardSources = [...filesBelow(dashboardDir)].sort();

function fingerprint() {
  const hash = createHash('sha256');
  for (const path of [...sources, ...dashboardSources])
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex');
}

function copyData() {
  for (const path of sources) {
    if (path.endsWith('.ts') || sourceFiles.includes(relative(root, path))) continue;
    const target = join(next, relative(root, path));
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
    outdir: next,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
}

/** Beside the code, as the server finds it. */
async function bundleDashboard() {
  programOf('vite', 'package.json');
  const { build } = await import('vite');
  await build({
    root: dashboardDir,
    configFile: join(dashboardDir, 'vite.config.mjs'),
    logLevel: 'warn',
    build: { outDir: join(next, 'dashboard'), emptyOutDir: true },
  });
}

function emitCookbookTypes(into) {
  const tsc = programOf('typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.cookbook.json'), '--outDir', into], {
    stdio: 'inherit',
    cwd: root,
  });
}

function takeTheirPlace() {
  const old = `${next}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(next, dist);
  rmSync(old, { recursive: true, force: true });
}

const wanted = fingerprint();
const withTypes = process.argv.includes('--types');
const isFresh = existsSync(join(dist, stamp)) && readFileSync(join(dist, stamp), 'utf8') === wanted;
const hasTypes = isFresh && existsSync(join(dist, 'cookbooks', 'author.d.ts'));
const ifStale = process.argv.includes('--if-stale');
if (ifStale && isFresh && (hasTypes || !withTypes)) process.exit(0);
if (process.argv.includes('--say')) console.log('Compiling ...');
try {
  if (ifStale && isFresh) emitCookbookTypes(dist);
  else {
    await transpile();
    await bundleDashboard();
    copyData();
    if (withTypes) emitCookbookTypes(next);
    writeFileSync(join(next, stamp), wanted);
    takeTheirPlace();
  }
} catch (error) {
  if (error.errors === undefined) console.error(`npm run build failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(next, { recursive: true, force: true });
}
