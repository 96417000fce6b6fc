import { shellQuote } from '../../ssh/shell-quote.js';
import type { CompiledResource } from '../compiled-resource.js';

/** A path that must not be there: a file, a link, or (recursive) a directory with all that is in it. */
export function compileAbsence(
  path: string,
  options: { readonly recursive?: boolean } = {},
): CompiledResource {
  const quoted = shellQuote([path]);
  return {
    facts: { paths: [path] },
    test: `path_absent ${quoted}`,
    diff: `printf -- '-%s\\n' ${quoted}`,
    repair: `rm -f${options.recursive === true ? 'r' : ''} -- ${quoted}`,
  };
}
