import { existsSync, readFileSync } from 'node:fs';

/**
 * The package's version, read from its file each time. Compiled, this file lies one folder deeper than as
 * source.
 */
export function packageVersion(): string {
  const path = ['../package.json', '../../package.json']
    .map((name) => new URL(name, import.meta.url))
    .find((url) => existsSync(url));
  return path === undefined
    ? 'unknown'
    : (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
