import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { compileAbsence } from '../../resource-helpers/absence.js';
import { nodePath } from '../../resource-helpers/node-path.js';

export const link: ResourceCompiler<'link'> = {
  library: 'files/link.sh',
  compile(resource) {
    const path = nodePath(resource);
    if (resource.action === 'delete') return compileAbsence(path);
    const words = shellQuote([path, resource.to]);
    return {
      facts: { paths: [path] },
      test: `link_ok ${words}`,
      diff: `link_diff ${words}`,
      repair: `link_make ${words}`,
    };
  },
};
