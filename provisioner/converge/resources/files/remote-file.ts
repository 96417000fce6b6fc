import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import { Secret } from '../../../../base/secret.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { compileAbsence } from '../../resource-helpers/absence.js';
import { compileDownload } from '../../resource-helpers/download.js';
import { compileVerify } from './file.js';
import { nodePath, octalMode } from '../../resource-helpers/node-path.js';

export const remoteFile: ResourceCompiler<'remote_file'> = {
  library: 'files/remote-file.sh',
  compile(resource, n) {
    const path = nodePath(resource);
    if (resource.action === 'delete') return compileAbsence(path);
    const { source, sha256, mode = '0644', owner = 'root', group = 'root' } = resource;
    if (!/^[0-9a-f]{64}$/.test(sha256))
      throw new UserError(`${resourceId(resource)}: sha256 must be 64 hexadecimal digits`, {
        field: 'sha256',
      });
    const words = shellQuote([path, octalMode(resource, mode), owner, group, sha256]);
    const { name: verify, functions } = compileVerify(resource.verify, n);
    return {
      facts: { paths: [path], sums: [path] },
      functions: {
        ...compileDownload(n, source instanceof Secret ? source : new Secret(source)),
        ...functions,
      },
      test:
        resource.action === 'create_if_missing' ? `! path_absent ${shellQuote([path])}` : `file_ok ${words}`,
      diff: `remote_file_diff ${words}`,
      repair: `remote_file_write ${words} download_${n} ${verify}`,
    };
  },
};
