import { UserError } from '../../../base/errors.js';

/** Of each suite of the stack image: the lines of OpenJDK that Debian has for it, the default first. */
const available: Readonly<Record<string, readonly string[]>> = { bookworm: ['17'], trixie: ['21', '25'] };
const field = 'system.properties';

/**
 * The line of Java that a system.properties asks for (`java.runtime.version=17`): a version stands for its line,
 * 17.0.9 for 17, 1.8 for 8. `*` where it asks for none. @throws UserError for what is not a version
 */
export function javaVersionOf(properties: string): string {
  const text = property(properties, 'java.runtime.version');
  if (text === undefined) return '*';
  const [, major] = /^(?:[a-z]+-)?(?:1\.)?(\d{1,3})(?:\.\d{1,4}){0,4}(?:\+\d{1,4})?$/.exec(text) ?? [];
  if (major !== undefined) return major;
  throw new UserError(
    `${field}: java.runtime.version "${text.slice(0, 40)}" is not a valid version of Java: expected e.g. 17`,
    { field },
  );
}

/** The Maven that it asks for, else `*`. @throws UserError for what is not a version */
export function mavenVersionOf(properties: string): string {
  const text = property(properties, 'maven.version');
  if (text === undefined) return '*';
  if (/^3\.\d{1,2}\.\d{1,3}$/.test(text)) return text;
  throw new UserError(
    `${field}: maven.version "${text.slice(0, 40)}" is not a version of Maven that can be had: expected e.g. 3.9.11`,
    { field },
  );
}

/** The line of Java for a build on a suite. @throws UserError that lists the lines that can be had */
export function chooseJavaVersion(wanted: string, suite: string): string {
  const lines = available[suite] ?? [];
  const chosen = wanted === '*' ? lines[0] : lines.find((line) => line === wanted);
  if (chosen !== undefined) return chosen;
  const elsewhere = Object.keys(available).filter((each) => available[each]!.includes(wanted));
  throw new UserError(
    `Java ${wanted}, which ${field} asks for, cannot be had: expected ${lines.join(' or ') || 'none'} on ${suite}` +
      (elsewhere.length > 0 ? ` (an operator has it with DEIS_SUITE=${elsewhere.join(' or ')})` : ''),
    { field },
  );
}

/** The value of a line `name=value` or `name: value`, the last one. */
function property(text: string, name: string): string | undefined {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const values = lines.flatMap((line) => {
    const [, key, value] = /^\s*([^\s=:#!]+)\s*[=:\s]\s*(.*?)\s*$/.exec(line) ?? [];
    return key === name && value !== undefined && value !== '' ? [value] : [];
  });
  return values.at(-1);
}
