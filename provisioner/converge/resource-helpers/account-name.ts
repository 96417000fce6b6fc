import { UserError } from '../../../base/errors.js';
import type { ResourceKind } from '../../../cookbooks/resource.js';
import { resourceId } from '../../../cookbooks/resource.js';

type Named = { readonly kind: ResourceKind; readonly name: string };

const form = /^[a-z_][a-z0-9_-]{0,31}$/;

/** The name of a user or group, as Debian allows it. @throws UserError */
export function accountName(resource: Named): string {
  return accountNames(resource, 'name', [resource.name])[0]!;
}

/** Names of users or groups in one of its properties. @throws UserError */
export function accountNames(resource: Named, field: string, names: readonly string[]): readonly string[] {
  const wrong = names.find((name) => !form.test(name));
  if (wrong !== undefined)
    throw new UserError(
      `${resourceId(resource)}: ${JSON.stringify(wrong)} is not a valid name of an account ` +
        '(lower case, digits, _ and -, at most 32)',
      { field },
    );
  return names;
}
