import { UserError } from '../../../base/errors.js';

/** `go1.24.4` or `go1.24rc1`, with or without the `go`; the patch may be left out. */
const versionForm = /^(?:go)?1\.(\d{1,3})(?:\.(\d{1,3})|((?:rc|beta)\d{1,2}))?$/;
/** Below it, Go knows no modules. */
const oldestMinor = 16;

/**
 * The Go that a go.mod asks for, as its lines `// +heroku goVersion`, `toolchain` and `go` say, in this order;
 * `*` where none does. @throws UserError for a line that names no version
 */
export function goVersionOf(goMod: string): string {
  const stated =
    line(goMod, /^\/\/ \+heroku goVersion\s+(\S+)/m) ??
    line(goMod, /^toolchain\s+(\S+)/m) ??
    line(goMod, /^go\s+(\S+)/m);
  if (stated === undefined || stated === 'default') return '*';
  // A toolchain of its own name, or a range as of former Heroku files: `go1.22.x`.
  const text = stated.replace(/\.x$/, '').replace(/[-+].*$/, '');
  if (versionForm.test(text)) return text.replace(/^go/, '');
  throw new UserError(`go.mod: "${stated.slice(0, 40)}" is not a valid version of Go: expected e.g. 1.24`, {
    field: 'go.mod',
  });
}

/**
 * Of the versions that can be had: the newest patch of the wanted line, as far as it is not older than what
 * is wanted; the newest of all for `*`. Pre-releases are taken by their full name alone.
 * @throws UserError that lists the lines that can be had
 */
export function chooseGoVersion(wanted: string, available: readonly string[]): string {
  if (available.includes(wanted) && wanted.includes('rc')) return wanted;
  const stable = available.filter(
    (version) => /^1\.\d+(\.\d+)?$/.test(version) && minor(version) >= oldestMinor,
  );
  const newestFirst = [...stable].sort((a, b) => minor(b) - minor(a) || patch(b) - patch(a));
  const fitting = newestFirst.filter(
    (version) => wanted === '*' || (minor(version) === minor(wanted) && patch(version) >= patch(wanted)),
  );
  if (fitting[0] !== undefined) return fitting[0];
  const lines = [...new Set(newestFirst.map((version) => `1.${minor(version)}`))];
  throw new UserError(
    `Go ${wanted}, which go.mod asks for, cannot be had: expected one of ${lines.slice(0, 12).join(', ')}`,
    { field: 'go.mod' },
  );
}

function line(text: string, form: RegExp): string | undefined {
  return form.exec(text)?.[1];
}

const minor = (version: string): number => Number(versionForm.exec(version)?.[1] ?? -1);
const patch = (version: string): number => Number(versionForm.exec(version)?.[2] ?? 0);
