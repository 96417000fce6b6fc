import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { nodePath } from '../../resource-helpers/node-path.js';

export const childrenAbsent: ResourceCompiler<'children_absent'> = {
  library: 'files/children-absent.sh',
  compile(resource) {
    const wrong = resource.except.find((name) => name === '' || /[/\n]/.test(name));
    if (wrong !== undefined)
      throw new UserError(
        `${resourceId(resource)}: ${JSON.stringify(wrong)} is not a valid name within a directory`,
        {
          field: 'except',
        },
      );
    const stay = `\n${resource.except.join('\n')}\n`;
    return {
      test: `children_left ${shellQuote([nodePath(resource), stay])} && [ -z "$children" ]`,
      diff: "printf '%s' \"$children\" | sed 's/^/-/'",
      repair: 'children_remove',
    };
  },
};
