import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import type { UserResource } from '../../../../cookbooks/resources/system/user.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { accountName, accountNames } from '../../resource-helpers/account-name.js';

export const user: ResourceCompiler<'user'> = {
  library: 'system/account.sh',
  compile(resource) {
    const name = accountName(resource);
    if (resource.action === 'remove') {
      const quoted = shellQuote([name]);
      return {
        facts: { users: [name] },
        test: `user_absent ${quoted}`,
        diff: `printf -- '-%s\\n' ${quoted}`,
        repair: `userdel ${resource.manageHome === true ? '--remove ' : ''}-- ${quoted}`,
      };
    }
    const groups = accountNames(resource, 'groups', resource.groups ?? []);
    const looked = [...(resource.group === undefined ? [] : [resource.group]), ...groups];
    const fields = [
      String(resource.uid ?? ''),
      resource.group ?? '',
      field(resource, 'home'),
      field(resource, 'shell'),
      resource.system === true ? 'system' : '',
      field(resource, 'comment'),
      resource.manageHome === true ? 'home' : '',
    ];
    const words = shellQuote([name, ...fields, ...groups]);
    return {
      facts: { users: [name], ...(looked.length === 0 ? {} : { groups: looked }) },
      test: `user_ok ${words}`,
      diff: `printf -- '+%s\\n' ${shellQuote([describe(resource)])}`,
      repair: `user_repair ${words}`,
    };
  },
};

function field(resource: UserResource, key: 'home' | 'shell' | 'comment'): string {
  const value = resource[key] ?? '';
  if (/[:\n]/.test(value))
    throw new UserError(`${resourceId(resource)}: ${key} cannot hold a colon or newline`, { field: key });
  return value;
}

function describe(resource: UserResource): string {
  const parts = (['uid', 'group', 'groups', 'comment', 'home', 'shell'] as const)
    .filter((key) => resource[key] !== undefined)
    .map((key) => `${key} ${String(resource[key])}`);
  return [resource.name, ...parts].join(', ');
}
