import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const projectRoot = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
export const productFolders = [
  'base',
  'cli',
  'server',
  'provisioner',
  'cookbooks',
  'templates',
  'quickstart',
  'dashboard',
] as const;

export interface SourceFile {
  /** Path below the project's root, with `/`. */
  readonly path: string;
  /** Modules that it imports: project files as paths below the root, packages as written. */
  readonly imports: readonly string[];
  /** Those of them of which it takes more than types. */
  readonly values: readonly string[];
  /** Those of them that it loads before its own first line, not when it comes to need them. */
  readonly atOnce: readonly string[];
}

/** Every TypeScript file below a top-level folder with what it imports, type imports included. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => ({ path: join(folder, path), ...importsOf(join(folder, path)) }));
}

function importsOf(path: string): Omit<SourceFile, 'path'> {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  const imports = ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => resolveImport(path, fileName));
  const typeOnly = [...text.matchAll(/^(?:import|export) type [^;]*? from '([^']+)'/gm)].map((match) =>
    resolveImport(path, match[1]!),
  );
  // A module stands twice where one statement takes types and another takes values.
  const values = imports.filter(
    (name) =>
      imports.filter((each) => each === name).length > typeOnly.filter((each) => each === name).length,
  );
  const later = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map((match) => resolveImport(path, match[1]!));
  return { imports, values, atOnce: values.filter((name) => !later.includes(name)) };
}

function resolveImport(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = relative(projectRoot, join(projectRoot, dirname(from), specifier)).replace(/\.js$/, '.ts');
  const declared = path.replace(/\.ts$/, '.d.ts');
  return existsSync(join(projectRoot, declared)) ? declared : path;
}
