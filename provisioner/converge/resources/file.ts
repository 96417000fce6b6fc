import { createHash } from 'node:crypto';
import type { FileResource } from '../../../cookbooks/resources/file.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';
import { compileAbsence } from './absence.js';
import { nodePath, octalMode } from './node-path.js';
import { reveal } from './reveal.js';

export const file: ResourceCompiler<'file'> = {
  library: 'file.sh',
  compile(resource, n) {
    const path = nodePath(resource);
    if (resource.action === 'delete') return compileAbsence(path);
    const content = reveal(resource.content ?? '');
    const attributes = [path, octalMode(resource, resource.mode ?? '0644'), resource.owner ?? 'root', resource.group ?? 'root'];
    const sum = createHash('sha256').update(content).digest('hex');
    return {
      facts: { paths: [path], sums: [path] },
      functions: { [`content_${n}`]: `printf %s ${shellQuote([content])}`, ...verifyFunction(resource, n) },
      test: `file_ok ${shellQuote([...attributes, sum])}`,
      diff: `file_diff ${shellQuote([...attributes, `content_${n}`])}`,
      repair: `file_write ${shellQuote([...attributes, `content_${n}`, resource.verify === undefined ? ':' : `verify_${n}`])}`,
    };
  },
};

function verifyFunction(resource: FileResource, n: number): Record<string, string> {
  if (resource.verify === undefined) return {};
  const words = resource.verify.map((word) => word.split('{path}').map((part) => (part === '' ? '' : shellQuote([part]))).join('"$1"'));
  return { [`verify_${n}`]: words.join(' ') };
}
