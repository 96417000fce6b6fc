import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { PackageResource } from '../../../../cookbooks/resources/system/package.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { CompiledResource, ResourceCompiler } from '../../compiled-resource.js';

export const debianPackage: ResourceCompiler<'package'> = {
  library: 'system/package.sh',
  compile(resource) {
    const packages = packagesOf(resource);
    const words = shellQuote(packages);
    const facts = { packages };
    if (resource.version !== undefined) return compileVersion(resource, packages);
    switch (resource.action ?? 'install') {
      case 'install':
        return {
          facts,
          test: `packages_ok ${words}`,
          diff: `packages_diff ${words}`,
          repair: `packages_install ${words}`,
        };
      case 'upgrade':
        return {
          facts,
          test: `packages_ok ${words} && packages_newest ${words}`,
          diff: `packages_upgrade_diff ${words}`,
          repair: `packages_install ${words}`,
        };
      case 'remove':
        return {
          facts,
          test: `packages_removed ${words}`,
          diff: `packages_absence_diff removed ${words}`,
          repair: `apt_remove remove ${words}`,
        };
      case 'purge':
        return {
          facts,
          test: `packages_purged ${words}`,
          diff: `packages_absence_diff purged ${words}`,
          repair: `apt_remove purge ${words}`,
        };
    }
  },
};

function packagesOf(resource: PackageResource): readonly string[] {
  const packages = resource.packages ?? [resource.name];
  const wrong = packages.find((name) => !/^[a-z0-9][a-z0-9+.-]+$/.test(name));
  if (wrong !== undefined || packages.length === 0)
    throw new UserError(
      `${resourceId(resource)}: ${wrong ?? 'an empty list'} is not a valid name of a Debian package`,
      { field: 'packages' },
    );
  return packages;
}

function compileVersion(resource: PackageResource, packages: readonly string[]): CompiledResource {
  const { version = '', action = 'install' } = resource;
  const [name = '', ...others] = packages;
  if (!/^[A-Za-z0-9.+:~-]+$/.test(version))
    throw new UserError(
      `${resourceId(resource)}: ${JSON.stringify(version)} is not a valid version of a Debian package`,
      { field: 'version' },
    );
  if (others.length > 0 || action !== 'install')
    throw new UserError(`${resourceId(resource)}: a version is for installing a single package`, {
      field: 'version',
    });
  const words = shellQuote([name, version]);
  return {
    facts: { packages },
    test: `package_is ${words}`,
    diff: `package_version_diff ${words}`,
    repair: `packages_install --allow-downgrades ${shellQuote([`${name}=${version}`])}`,
  };
}
