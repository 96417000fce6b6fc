import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's version, read from its file each time. */
export function packageVersion(): string {
  const path = packageFile();
  return path === undefined
    ? 'unknown'
    : (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** The folder of the package: of a clone, or where npm has installed it. @throws Error where there is none */
export function packageRoot(): string {
  const path = packageFile();
  if (path === undefined) throw new Error('the package of this program is not where it was built');
  return fileURLToPath(new URL('.', path));
}

/** Compiled, this file lies one folder deeper than as source. */
function packageFile(): URL | undefined {
  return ['../package.json', '../../package.json']
    .map((name) => new URL(name, import.meta.url))
    .find((url) => existsSync(url));
}
