import { UserError } from '../../../base/errors.js';
import type { ResourceKind } from '../../../cookbooks/resource.js';
import { resourceId } from '../../../cookbooks/resource.js';

/** The resource's name as an absolute path that facts can be told by. @throws UserError */
export function nodePath(resource: { readonly kind: ResourceKind; readonly name: string }): string {
  const { name } = resource;
  if (!/^(\/[^/\0\n|\\]+)+$/.test(name) || name.split('/').some((part) => part === '.' || part === '..'))
    throw new UserError(
      `${resourceId(resource)}: not an absolute, plain path (no //, ., .., trailing /, newline, | or \\)`,
      { field: 'name' },
    );
  return name;
}

/** `0644` -> `644`, as find prints it. @throws UserError */
export function octalMode(
  resource: { readonly kind: ResourceKind; readonly name: string },
  mode: string,
): string {
  if (!/^[0-7]{3,4}$/.test(mode))
    throw new UserError(`${resourceId(resource)}: mode ${mode} is not octal like 0644`, { field: 'mode' });
  return Number.parseInt(mode, 8).toString(8);
}
