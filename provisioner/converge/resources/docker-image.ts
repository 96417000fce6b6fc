import { UserError } from '../../../base/errors.js';
import { resourceId } from '../../../cookbooks/resource.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';
import { imagesUrl } from '../resource-helpers/docker-api.js';
import { compileDownload } from '../resource-helpers/download.js';

export const dockerImage: ResourceCompiler<'docker_image'> = {
  library: 'docker-image.sh',
  compile(resource, n) {
    if (!/^sha256:[0-9a-f]{64}$/.test(resource.id))
      throw new UserError(`${resourceId(resource)}: id must be sha256: and 64 hexadecimal digits`, {
        field: 'id',
      });
    return {
      facts: { docker: [imagesUrl] },
      functions: compileDownload(n, resource.url),
      test: `image_ok ${shellQuote([resource.id])}`,
      diff: `printf -- '+%s@%s\\n' ${shellQuote([resource.name, resource.id])}`,
      repair: `image_load ${shellQuote([resource.name, resource.id, `download_${n}`])}`,
    };
  },
};
