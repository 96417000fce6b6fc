import { UserError } from '../../../cookbooks/errors.js';
import { resourceId } from '../../../cookbooks/resource.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';

export const debianPackage: ResourceCompiler<'package'> = {
  library: 'package.sh',
  compile(resource) {
    const packages = resource.packages ?? [resource.name];
    const wrong = packages.find((name) => !/^[a-z0-9][a-z0-9+.-]+$/.test(name));
    if (wrong !== undefined || packages.length === 0) throw new UserError(`${resourceId(resource)}: ${wrong ?? 'an empty list'} is no name of a Debian package`, { field: 'packages' });
    const words = shellQuote(packages);
    return { facts: { packages }, test: `packages_ok ${words}`, diff: `packages_diff ${words}`, repair: `packages_install ${words}` };
  },
};
