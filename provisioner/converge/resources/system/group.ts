import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { accountName, accountNames } from '../../resource-helpers/account-name.js';

export const group: ResourceCompiler<'group'> = {
  library: 'system/account.sh',
  compile(resource) {
    const name = accountName(resource);
    const facts = { groups: [name] };
    const quoted = shellQuote([name]);
    if (resource.action === 'remove')
      return {
        facts,
        test: `group_absent ${quoted}`,
        diff: `printf -- '-%s\\n' ${quoted}`,
        repair: `groupdel -- ${quoted}`,
      };
    const members = accountNames(resource, 'members', resource.members ?? []);
    const flags = [
      resource.system === true ? 'system' : '',
      resource.append === true ? 'append' : '',
      resource.members === undefined ? '' : 'members',
    ];
    const words = shellQuote([name, String(resource.gid ?? ''), ...flags, ...members]);
    return { facts, test: `group_ok ${words}`, diff: `group_diff ${words}`, repair: `group_repair ${words}` };
  },
};
