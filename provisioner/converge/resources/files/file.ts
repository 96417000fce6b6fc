import { createHash } from 'node:crypto';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { compileAbsence } from '../../resource-helpers/absence.js';
import { nodePath, octalMode } from '../../resource-helpers/node-path.js';
import { reveal } from '../../resource-helpers/reveal.js';

export const file: ResourceCompiler<'file'> = {
  library: 'files/file.sh',
  compile(resource, n) {
    const path = nodePath(resource);
    if (resource.action === 'delete') return compileAbsence(path);
    const content = reveal(resource.content ?? '');
    const attributes = [
      path,
      octalMode(resource, resource.mode ?? '0644'),
      resource.owner ?? 'root',
      resource.group ?? 'root',
    ];
    const sum = createHash('sha256').update(content).digest('hex');
    const { name: verify, functions } = compileVerify(resource.verify, n);
    return {
      facts: { paths: [path], sums: [path] },
      functions: { [`content_${n}`]: `printf %s ${shellQuote([content])}`, ...functions },
      test:
        resource.action === 'create_if_missing'
          ? `! path_absent ${shellQuote([path])}`
          : `file_ok ${shellQuote([...attributes, sum])}`,
      diff: `file_diff ${shellQuote([...attributes, `content_${n}`])}`,
      repair: `file_write ${shellQuote([...attributes, `content_${n}`, verify])}`,
    };
  },
};

/**
 * What judges a candidate before it is put in place: a function that is given its path; without a check one
 * that takes all.
 */
export function compileVerify(
  verify: readonly string[] | undefined,
  n: number,
): { readonly name: string; readonly functions: Readonly<Record<string, string>> } {
  if (verify === undefined) return { name: ':', functions: {} };
  const words = verify.map((word) =>
    word === ''
      ? "''"
      : word
          .split('{path}')
          .map((part) => (part === '' ? '' : shellQuote([part])))
          .join('"$1"'),
  );
  return { name: `verify_${n}`, functions: { [`verify_${n}`]: words.join(' ') } };
}
