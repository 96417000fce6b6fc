// What a file of code is and imports, all the way down, as one hash: what was found in it holds for as long as
// that stays the same. Packages are not followed: who asks adds what is installed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import ts from 'typescript';

/** @returns a function from the absolute path of a file to its hash, for files as they are now. */
export function fingerprints() {
  const contents = new Map();
  const of = (path) => {
    if (!contents.has(path)) contents.set(path, contentOf(path));
    return contents.get(path);
  };
  return (path) => {
    const seen = new Set([path]);
    for (const file of seen) for (const imported of of(file).imports) seen.add(imported);
    const hash = createHash('sha256');
    for (const file of [...seen].sort()) hash.update(`${file}\0${of(file).hash}\0`);
    return hash.digest('hex');
  };
}

function contentOf(path) {
  const text = readFileSync(path, 'utf8');
  const hash = createHash('sha256').update(text).digest('hex');
  if (!/^\.([cm]?[jt]s|[jt]sx)$/.test(extname(path))) return { hash, imports: [] };
  const { importedFiles, referencedFiles } = ts.preProcessFile(text, true, true);
  const names = [...importedFiles, ...referencedFiles].map(({ fileName }) => fileName);
  return { hash, imports: names.filter((name) => name.startsWith('.')).flatMap((name) => meant(path, name)) };
}

/** The files that an import of this name may mean. */
function meant(importer, name) {
  const path = resolve(dirname(importer), name);
  const stem = path.replace(/\.([cm]?)jsx?$/, '');
  const extensions = ['', '.ts', '.tsx', '.d.ts', '.mts', '.d.mts', '/index.ts', '/index.tsx'];
  const candidates = new Set([
    path,
    ...extensions.flatMap((extension) => [path + extension, stem + extension]),
  ]);
  return [...candidates].filter((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}
