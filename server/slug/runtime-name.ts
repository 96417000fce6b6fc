/**
 * Name of a language runtime, unpacked or packed, such as `node-20-18-0-npm-10-8-2-x64`. @param arch as
 * process.arch
 */
export function runtimeName(
  { node, npm }: { readonly node: string; readonly npm: string },
  arch: string,
): string {
  return `node-${node}-npm-${npm}-${arch}`.replaceAll('.', '-');
}

/** A formation may have such a name as well: what is found by a name alone is not its own then. */
export function isRuntimeName(name: string): boolean {
  return /^(node-\d+-\d+-\d+-npm|ruby|php)-\d+-\d+-\d+-/.test(name);
}

/**
 * File beside the unpacked runtimes that tells which one, a SavedSlug, was fetched ahead of all builds: it is
 * kept.
 */
export const aheadNote = 'ahead.json';
