import { UserError } from '../../../cookbooks/errors.js';
import type { ResourceKind } from '../../../cookbooks/resource.js';
import { resourceId } from '../../../cookbooks/resource.js';

/** The name of a user or group, as Debian allows it. @throws UserError */
export function accountName(resource: { readonly kind: ResourceKind; readonly name: string }): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(resource.name)) throw new UserError(`${resourceId(resource)}: no name of an account (lower case, digits, _ and -, at most 32)`, { field: 'name' });
  return resource.name;
}
