import { UserError } from '../../../base/errors.js';
import type { KnownBuildpacks } from './known-buildpacks.js';

/** Where a buildpack comes from. */
export type BuildpackSource =
  /** With the controller. */
  | { readonly kind: 'builtin'; readonly name: string }
  /** A copy that the operator keeps. */
  | { readonly kind: 'kept'; readonly name: string; readonly sha256: string }
  /** A folder of the pushed commit. */
  | { readonly kind: 'tree'; readonly path: string }
  /** A repository; the branch, tag or commit where the list names one. */
  | { readonly kind: 'git'; readonly url: string; readonly ref?: string }
  /** A gzip tarball. */
  | { readonly kind: 'archive'; readonly url: string };

const maxBuildpacks = 12;
const maxLine = 500;
const maxKib = 64;
/** Of the operator's, in a message. */
const maxNamed = 10;

/**
 * The buildpacks of a list, in order: of a text one a line, blank lines and `#` comments apart. At most 12.
 * @param list what it is called for people: `.buildpacks`
 * @param known what names stand for
 * @throws UserError that names the first wrong line
 */
export function parseBuildpacks(
  text: string | readonly string[],
  list: string,
  known: KnownBuildpacks,
): BuildpackSource[] {
  const wrong = (message: string): UserError => new UserError(`${list}: ${message}`, { field: list });
  if (typeof text === 'string' && Buffer.byteLength(text) > maxKib * 1024)
    throw wrong(`expected at most ${maxKib} KiB`);
  const lines = typeof text === 'string' ? text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/) : text;
  const place = typeof text === 'string' ? 'line' : 'number';
  const sources: BuildpackSource[] = [];
  for (const [index, line] of lines.entries()) {
    const value = line.trim();
    if (typeof text === 'string' && (value === '' || value.startsWith('#'))) continue;
    const source = value.length > maxLine ? undefined : parseLine(value, known);
    if (typeof source === 'object') sources.push(source);
    else throw wrong(`${place} ${index + 1}: ${quoted(value)} ${expectation(source, known)}`);
  }
  if (sources.length > maxBuildpacks)
    throw wrong(`it lists ${sources.length} buildpacks: expected at most ${maxBuildpacks}`);
  if (sources.length === 0) throw wrong('it lists no buildpack: name one, or remove the file');
  return sources;
}

/** @param reason what is wrong, where more is known than that it is no buildpack */
function expectation(reason: string | undefined, { builtin, kept }: KnownBuildpacks): string {
  const names = [...builtin, ...kept.map(({ name }) => name).slice(0, maxNamed)].join(', ');
  return (
    `${reason ?? 'is not a valid buildpack'}: expected one of ${names}, a folder of the repository, ` +
    'e.g. ./buildpacks/mine, or a URL, e.g. https://example.com/buildpack.git#v1'
  );
}

/** For people, and for the record of a build. */
export function buildpackName(source: BuildpackSource): string {
  switch (source.kind) {
    case 'builtin':
    case 'kept':
      return source.name;
    case 'tree':
      return `./${source.path}`;
    case 'git':
      return source.ref === undefined ? source.url : `${source.url}#${source.ref}`;
    case 'archive':
      return source.url;
  }
}

/** What a line names, or why it names nothing. */
function parseLine(value: string, { builtin, kept }: KnownBuildpacks): BuildpackSource | string | undefined {
  if (/^(\.\/|\.$)/.test(value)) return parsePath(value);
  if (/^(https?|git):\/\//.test(value)) return parseUrl(value);
  // The operator's comes first: what is pinned under a name is meant by it.
  const copy = kept.find((each) => each.name === value);
  if (copy !== undefined) return { kind: 'kept', name: copy.name, sha256: copy.sha256 };
  const name = value.replace(/^(heroku|deis)\//, '');
  return builtin.includes(name) ? { kind: 'builtin', name } : undefined;
}

function parsePath(value: string): BuildpackSource | string {
  const parts = value.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return 'leads out of the repository';
  if (parts.length === 0) return 'is the app itself';
  return /[\p{Cc}]/u.test(value) ? 'has a control character' : { kind: 'tree', path: parts.join('/') };
}

function parseUrl(value: string): BuildpackSource | string | undefined {
  if (!URL.canParse(value) || /\s/.test(value)) return undefined;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '')
    return 'has a user name or password, which everybody could read who sees the build';
  const ref = url.hash.slice(1);
  url.hash = '';
  if (/\.(tgz|tar\.gz)$/.test(url.pathname)) return { kind: 'archive', url: url.href };
  if (ref === '') return { kind: 'git', url: url.href };
  if (!/^[\w][\w./-]*$/.test(ref)) return 'names no branch, tag or commit behind the #';
  return { kind: 'git', url: url.href, ref };
}

function quoted(text: string): string {
  const hidden = text.replace(/\/\/[^/@]*@/, '//...@');
  return JSON.stringify(hidden.length > 80 ? `${hidden.slice(0, 80)}…` : hidden);
}
