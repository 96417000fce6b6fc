import { UserError } from '../../../cookbooks/errors.js';
import { resourceId } from '../../../cookbooks/resource.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';
import { compileDownload } from './download.js';
import { nodePath } from './node-path.js';

export const archive: ResourceCompiler<'archive'> = {
  library: 'archive.sh',
  compile(resource, n) {
    const path = nodePath(resource);
    const { sha256, uid = 1000 } = resource;
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new UserError(`${resourceId(resource)}: sha256 must be 64 hexadecimal digits`, { field: 'sha256' });
    if (!Number.isInteger(uid) || uid <= 0) throw new UserError(`${resourceId(resource)}: uid must be that of an unprivileged user`, { field: 'uid' });
    return {
      functions: compileDownload(n, resource.url),
      test: `[ -d ${shellQuote([path])} ]`,
      diff: `printf -- '+%s (sha256 %s)\\n' ${shellQuote([path, sha256])}`,
      repair: `archive_unpack ${shellQuote([path, sha256, String(uid), `download_${n}`])}`,
      lane: 'archive',
    };
  },
};
