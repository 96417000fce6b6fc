import { UserError } from '../../../base/errors.js';

/** Of each suite of the stack image: the line of Ruby that Debian has for it. */
const lines: Readonly<Record<string, string>> = { bookworm: '3.1', trixie: '3.3' };
/** Operators of RubyGems; `~>` takes all but the last part as given. */
const requirement = /^\s*(=|!=|>=|<=|>|<|~>)?\s*(\d{1,4}(?:\.\d{1,4}){0,3})\s*$/;
const maxRequirements = 10;

/** The line of Ruby for a build on a suite. @throws UserError where there is none */
export function rubyLine(suite: string): string {
  const line = lines[suite];
  if (line === undefined) throw new UserError(`there is no Ruby for the suite ${suite}`);
  return line;
}

/**
 * What an app asks for, as requirements of RubyGems with commas between: the line `ruby "..."` of its Gemfile,
 * which Bundler holds to; else its .ruby-version, where a version stands for its line. `*` where neither asks.
 * @throws UserError for what is not a version
 */
export function rubyRangeOf(gemfile: string, rubyVersion: string): string {
  const [, args = ''] =
    /^[ \t]*ruby[ \t(]+((["'])[^"'\n]*\2(?:[ \t]*,[ \t]*(["'])[^"'\n]*\3)*)/m.exec(gemfile) ?? [];
  const asked = [...args.matchAll(/["']([^"']*)["']/g)].map(([, text = '']) => text);
  if (asked.length > 0) {
    const wrong = asked.find((text) => !requirement.test(text));
    if (wrong !== undefined || asked.length > maxRequirements) throw notVersion('Gemfile', wrong ?? args);
    return asked.map((text) => text.trim()).join(', ');
  }
  const written = rubyVersion.replace(/^\uFEFF/, '').trim();
  if (written === '') return '*';
  const [, line] = /^(?:ruby-)?(\d{1,2}\.\d{1,2})(?:\.\d{1,3})?(?:-p\d{1,4})?$/.exec(written) ?? [];
  if (line === undefined) throw notVersion('.ruby-version', written);
  return `~> ${line}.0`;
}

function notVersion(field: string, text: string): UserError {
  return new UserError(
    `${field}: "${text.slice(0, 40)}" is not a version of Ruby that can be had: expected e.g. 3.1.2`,
    { field },
  );
}

/** @throws UserError that lists what can be had, unless this version is what was asked for */
export function requireRuby(range: string, version: string, suite: string): void {
  if (range === '*' || range.split(',').every((each) => fits(each, version))) return;
  const elsewhere = Object.keys(lines).filter(
    (each) => each !== suite && range.split(',').every((part) => mayFit(part, lines[each]!)),
  );
  throw new UserError(
    `Ruby ${range}, which Gemfile or .ruby-version asks for, cannot be had: expected ${version} on ${suite}` +
      (elsewhere.length > 0 ? ` (an operator has it with DEIS_SUITE=${elsewhere.join(' or ')})` : ''),
    { field: 'Gemfile' },
  );
}

/** Whether any version of the line is one that was asked for: which it is, its packages tell. */
function mayFit(each: string, line: string): boolean {
  const [, operator = '=', wanted = ''] = requirement.exec(each) ?? [];
  const sameLine = wanted.split('.').slice(0, 2).join('.') === line;
  return (operator !== '<' && sameLine) || (operator !== '=' && fits(each, `${line}.999`));
}

function fits(each: string, version: string): boolean {
  const [, operator = '=', wanted = ''] = requirement.exec(each) ?? [];
  const order = compare(version, wanted);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    default:
      return order >= 0 && `${version}.`.startsWith(`${lineOf(wanted)}.`);
  }
}

/** `3.1` of `~> 3.1.2`, `3` of `~> 3.1`. */
function lineOf(wanted: string): string {
  const parts = wanted.split('.');
  return parts.length === 1 ? wanted : parts.slice(0, -1).join('.');
}

function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number));
  for (let index = 0; index < 4; index++) {
    const difference = (a![index] ?? 0) - (b![index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
