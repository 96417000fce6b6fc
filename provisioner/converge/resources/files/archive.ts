import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import { unprivilegedUid, type ArchiveResource } from '../../../../cookbooks/resources/files/archive.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { compileDownload } from '../../resource-helpers/download.js';
import { nodePath } from '../../resource-helpers/node-path.js';

export const archive: ResourceCompiler<'archive'> = {
  library: 'files/archive.sh',
  compile(resource, n) {
    const path = nodePath(resource);
    const { sha256, uid = unprivilegedUid, owner, strip = 0 } = resource;
    if (!/^[0-9a-f]{64}$/.test(sha256))
      throw new UserError(`${resourceId(resource)}: sha256 must be 64 hexadecimal digits`, {
        field: 'sha256',
      });
    if (!Number.isInteger(uid) || uid <= 0)
      throw new UserError(`${resourceId(resource)}: uid must be that of an unprivileged user`, {
        field: 'uid',
      });
    if (owner !== undefined && (!/^[a-z_][a-z0-9_-]{0,31}$/.test(owner) || owner === 'root'))
      throw new UserError(`${resourceId(resource)}: owner must be the name of an unprivileged user`, {
        field: 'owner',
      });
    if (!Number.isInteger(strip) || strip < 0)
      throw new UserError(`${resourceId(resource)}: strip must be 0 or more`, { field: 'strip' });
    const who = imageOf(resource) ?? owner ?? String(uid);
    const unpacking = shellQuote([path, sha256, who, `download_${n}`, String(strip)]);
    return {
      functions: compileDownload(n, resource.url),
      test: `[ -d ${shellQuote([path])} ]`,
      diff: `printf -- '+%s (sha256 %s)\\n' ${shellQuote([path, sha256])}`,
      repair: `archive_unpack ${unpacking}`,
      lane: 'archive',
    };
  },
};

function imageOf(resource: ArchiveResource): string | undefined {
  const { userOf } = resource;
  if (userOf !== undefined && !/^sha256:[0-9a-f]{64}$/.test(userOf))
    throw new UserError(`${resourceId(resource)}: userOf must be the id of an image`, { field: 'userOf' });
  return userOf;
}
