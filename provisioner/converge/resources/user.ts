import { UserError } from '../../../cookbooks/errors.js';
import { resourceId } from '../../../cookbooks/resource.js';
import type { UserResource } from '../../../cookbooks/resources/user.js';
import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';
import { accountName } from './account-name.js';

export const user: ResourceCompiler<'user'> = {
  library: 'account.sh',
  compile(resource) {
    const name = accountName(resource);
    const words = shellQuote([name, String(resource.uid ?? ''), resource.group ?? '', field(resource, 'home'), field(resource, 'shell'), resource.system === true ? 'system' : '']);
    return {
      facts: { users: [name], ...(resource.group === undefined ? {} : { groups: [resource.group] }) },
      test: `user_ok ${words}`,
      diff: `printf -- '+%s\\n' ${shellQuote([describe(resource)])}`,
      repair: `user_repair ${words}`,
    };
  },
};

function field(resource: UserResource, key: 'home' | 'shell'): string {
  const value = resource[key] ?? '';
  if (/[:\n]/.test(value)) throw new UserError(`${resourceId(resource)}: ${key} cannot hold a colon or newline`, { field: key });
  return value;
}

function describe(resource: UserResource): string {
  const parts = (['uid', 'group', 'home', 'shell'] as const).filter((key) => resource[key] !== undefined).map((key) => `${key} ${String(resource[key])}`);
  return [resource.name, ...parts].join(', ');
}
