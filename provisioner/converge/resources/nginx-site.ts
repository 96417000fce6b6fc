import { createHash } from 'node:crypto';
import { UserError } from '../../../base/errors.js';
import { resourceId } from '../../../cookbooks/resource.js';
import type { NginxSiteResource } from '../../../cookbooks/resources/nginx-site.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { CompiledResource, ResourceCompiler } from '../compiled-resource.js';

/** Seconds that a site waits for others to be changed. */
const lockSeconds = 120;

export const nginxSite: ResourceCompiler<'nginx_site'> = {
  library: 'nginx-site.sh',
  compile(resource, n) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(resource.name))
      throw new UserError(`${resourceId(resource)}: not a valid name of a site`, { field: 'name' });
    return resource.action === 'delete' ? compileDelete(resource, n) : compileCreate(resource, n);
  },
  act: (_resource, action) => (action === 'reload' ? 'nginx_reload' : undefined),
};

function compileCreate(resource: NginxSiteResource, n: number): CompiledResource {
  const path = sitePath(resource);
  const sum = createHash('sha256').update(resource.content).digest('hex');
  const { url = '', line = '' } = resource.shownBy ?? {};
  const isWritten = `file_ok ${shellQuote([path, '644', 'root', 'root', sum])}`;
  return {
    facts: { paths: [path], sums: [path], ...(url === '' ? {} : { endpoints: [url] }) },
    functions: { [`content_${n}`]: `printf %s ${shellQuote([resource.content])}` },
    test: url === '' ? isWritten : `${isWritten} && site_shown ${shellQuote([line])}`,
    diff: `file_diff ${shellQuote([path, '644', 'root', 'root', `content_${n}`])}`,
    repair: `${turnOf(resource)}site_swap ${shellQuote([resource.name, `content_${n}`, url, line])}`,
  };
}

function compileDelete(resource: NginxSiteResource, n: number): CompiledResource {
  const path = sitePath(resource);
  return {
    facts: { paths: [path], sums: [path] },
    functions: { [`content_${n}`]: ':' },
    test: `path_absent ${shellQuote([path])}`,
    diff: `printf -- '-%s\\n' ${shellQuote([path])}`,
    repair: `${turnOf(resource)}site_remove ${shellQuote([resource.name])}`,
  };
}

/** The shell that repairs holds the lock, and lets go of it as it ends. */
function turnOf({ lock }: NginxSiteResource): string {
  if (lock === undefined) return '';
  const busy = shellQuote([`other sites have been changing for ${lockSeconds} s, under ${lock}`]);
  return `exec 8>>${shellQuote([lock])}\nflock -w ${lockSeconds} 8 || fail ${busy}\n`;
}

function sitePath(resource: NginxSiteResource): string {
  return `/etc/nginx/sites-enabled/${resource.name}`;
}
