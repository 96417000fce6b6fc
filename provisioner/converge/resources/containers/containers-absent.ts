import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { containersUrl } from '../../resource-helpers/docker-api.js';

export const containersAbsent: ResourceCompiler<'containers_absent'> = {
  library: 'containers/containers-absent.sh',
  compile(resource) {
    const stay = resource.except.map((name) => ` ${name} `).join('');
    return {
      facts: { docker: [containersUrl(resource.name)] },
      test: `strangers ${shellQuote([resource.name, stay])} && [ -z "$strangers" ]`,
      diff: 'for name in $strangers; do printf -- \'-%s\\n\' "$name"; done',
      repair: `containers_stop ${shellQuote([String(resource.graceSeconds ?? '')])}`,
    };
  },
};
