import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';

export const nginxBackends: ResourceCompiler<'nginx_backends'> = {
  library: 'network/nginx-backends.sh',
  compile(resource) {
    const wrong = resource.backends.find((backend) => !/^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$/.test(backend));
    if (wrong !== undefined)
      throw new UserError(`${resourceId(resource)}: ${wrong} is not address:port`, { field: 'backends' });
    const { checks = {} } = resource;
    const unclear = Object.keys(checks).find((backend) => !/^[\x20-\x7e]+$/.test(checks[backend]!));
    if (unclear !== undefined)
      throw new UserError(
        `${resourceId(resource)}: the check of ${unclear} is not valid: expected one line`,
        {
          field: 'checks',
        },
      );
    const list = [
      `algorithm ${resource.algorithm}`,
      ...resource.backends.map((backend) => ['backend', backend, checks[backend]].filter(Boolean).join(' ')),
    ].join('\n');
    const words = shellQuote([list, String(resource.generation), resource.endpoint, resource.path]);
    return {
      facts: { endpoints: [resource.endpoint] },
      test: `backends_ok ${words}`,
      diff: `backends_diff ${words}`,
      repair: `backends_set ${words}`,
    };
  },
};
