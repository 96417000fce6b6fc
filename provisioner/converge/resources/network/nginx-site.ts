import { createHash } from 'node:crypto';
import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { NginxSiteResource } from '../../../../cookbooks/resources/network/nginx-site.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { CompiledResource, ResourceCompiler } from '../../compiled-resource.js';

/** Seconds that a site waits for others to be changed. */
const lockSeconds = 120;

export const nginxSite: ResourceCompiler<'nginx_site'> = {
  library: 'network/nginx-site.sh',
  compile(resource, n) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(resource.name))
      throw new UserError(`${resourceId(resource)}: not a valid name of a site`, { field: 'name' });
    return resource.action === 'delete' ? compileDelete(resource, n) : compileCreate(resource, n);
  },
  act: (_resource, action) => (action === 'reload' ? 'nginx_reload' : undefined),
};

function compileCreate(resource: NginxSiteResource, n: number): CompiledResource {
  const { url = '', line = '' } = resource.shownBy ?? {};
  const files = filesOf(resource, n);
  const isWritten = files
    .map(({ path, text }) => `file_ok ${shellQuote([path, '644', 'root', 'root', sumOf(text)])}`)
    .join(' && ');
  const swap = [resource.name, `content_${n}`, url, line, ...files.slice(1).map(({ name }) => name)];
  return {
    facts: {
      paths: files.map(({ path }) => path),
      sums: files.map(({ path }) => path),
      ...(url === '' ? {} : { endpoints: [url] }),
    },
    functions: Object.fromEntries(files.map(({ name, text }) => [name, `printf %s ${shellQuote([text])}`])),
    test: url === '' ? isWritten : `${isWritten} && site_shown ${shellQuote([line])}`,
    diff: files
      .map(({ path, name }) => `file_diff ${shellQuote([path, '644', 'root', 'root', name])}`)
      .join('\n'),
    repair: `${turnOf(resource)}site_swap ${shellQuote(swap)}`,
  };
}

/** The site's own file first, then what it adds to the stream block, where it does. */
function filesOf(
  resource: NginxSiteResource,
  n: number,
): readonly { readonly path: string; readonly name: string; readonly text: string }[] {
  const { name, content, stream } = resource;
  const site = { path: sitePath(resource), name: `content_${n}`, text: content };
  if (stream === undefined) return [site];
  return [site, { path: `/etc/nginx/deis/streams/${name}.conf`, name: `stream_${n}`, text: stream }];
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
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
