#!/usr/bin/env node
// Part of `npm run check`: all that `npm run types` and `eslint .` say, from one TypeScript program for each
// tsconfig.json. What was found well is left out until it changes, or something that it imports, or what is
// installed; node_modules/.cache/check keeps that, and a fresh clone has none.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { fingerprints } from './fingerprints.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const kept = join(root, 'node_modules', '.cache', 'check', 'well.json');
const leftOut = new Set(['node_modules', 'dist', '.git'].map((folder) => join(root, folder)));
const ofAll = [
  'tsconfig.json',
  'dashboard/tsconfig.json',
  'eslint.config.js',
  'package.json',
  'package-lock.json',
];

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !leftOut.has(path)) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** What concerns every file: settings, what is installed, types that are declared for all, and these programs. */
function common(declarations) {
  const installed = join('node_modules', '.package-lock.json');
  const own = ['code.mjs', 'fingerprints.mjs'].map((file) => join('bin', 'check', file));
  const hash = createHash('sha256').update(process.version);
  for (const file of [...ofAll, installed, ...own, ...declarations.map((path) => relative(root, path))])
    if (existsSync(join(root, file))) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function projectOf(path) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (error) => report([error]) };
  const parsed = ts.getParsedCommandLineOfConfigFile(join(root, path), { noEmit: true }, host);
  if (parsed === undefined) process.exit(1);
  return parsed;
}

/** Prints them. @returns the paths of files that they are about; of one that is about none, ''. */
function report(diagnostics) {
  const host = {
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
    getCanonicalFileName: (name) => name,
  };
  process.stdout.write(ts.formatDiagnostics(diagnostics, host));
  return diagnostics.map(({ file }) => file?.fileName ?? '');
}

/** @returns what is not well, see `report`. */
function wrongTypes(program, paths) {
  const files = paths.map((path) => program.getSourceFile(path)).filter((file) => file !== undefined);
  return report([
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ]);
}

/** @returns the paths of files in which eslint finds something; what it is was printed. */
async function wrongByLint(paths, programs) {
  const parserOptions = { projectService: false, programs };
  const overrideConfig = [{ files: ['**/*.ts', '**/*.tsx'], languageOptions: { parserOptions } }];
  const eslint = new ESLint({ cwd: root, overrideConfig: programs.length > 0 ? overrideConfig : [] });
  const ignored = await Promise.all(paths.map((path) => eslint.isPathIgnored(path)));
  const linted = paths.filter((_, index) => !ignored[index]);
  const results = linted.length === 0 ? [] : await eslint.lintFiles(linted);
  const formatter = await eslint.loadFormatter('stylish');
  process.stdout.write(await formatter.format(results));
  return results.filter(({ messages }) => messages.length > 0).map(({ filePath }) => filePath);
}

const read = () => (existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {});

function keep(well) {
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(`${kept}.${process.pid}`, JSON.stringify(well));
  renameSync(`${kept}.${process.pid}`, kept);
}

const projects = ['dashboard/tsconfig.json', 'tsconfig.json'].map(projectOf);
const inPrograms = new Set(projects.flatMap(({ fileNames }) => fileNames));
const others = [...filesBelow(root)].filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !inPrograms.has(path));
const ofEach = fingerprints();
const shared = common([...inPrograms].filter((path) => path.endsWith('.d.ts')));
const before = read();
const now = Object.fromEntries(
  [...inPrograms, ...others].map((path) => [relative(root, path), `${shared} ${ofEach(path)}`]),
);
const isStale = (path) => before[relative(root, path)] !== now[relative(root, path)];
const wrong = new Set();
const note = (paths) => paths.forEach((path) => wrong.add(path));

for (const { fileNames, options, errors } of projects) {
  const stale = fileNames.filter(isStale);
  if (stale.length === 0) continue;
  const rootNames = [...new Set([...stale, ...fileNames.filter((path) => path.endsWith('.d.ts'))])];
  const program = ts.createProgram({ rootNames, options, configFileParsingDiagnostics: errors });
  note(wrongTypes(program, stale));
  note(await wrongByLint(stale, [program]));
}
// A .ts file that is in no program is refused here, as `eslint .` refuses it.
note(await wrongByLint(others.filter(isStale), []));

keep(
  Object.fromEntries(Object.entries(now).filter(([path]) => !wrong.has(join(root, path)) && !wrong.has(''))),
);
process.exitCode = wrong.size === 0 ? 0 : 1;
