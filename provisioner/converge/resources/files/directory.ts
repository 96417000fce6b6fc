import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { compileAbsence } from '../../resource-helpers/absence.js';
import { nodePath, octalMode } from '../../resource-helpers/node-path.js';

export const directory: ResourceCompiler<'directory'> = {
  library: 'files/directory.sh',
  compile(resource) {
    const path = nodePath(resource);
    if (resource.action === 'delete') return compileAbsence(path, { recursive: true });
    const words = shellQuote([
      path,
      octalMode(resource, resource.mode ?? '0755'),
      resource.owner ?? 'root',
      resource.group ?? 'root',
    ]);
    return {
      facts: { paths: [path] },
      test: `directory_ok ${words}`,
      diff: `attributes_diff ${words}`,
      repair: `directory_make ${words}`,
    };
  },
};
