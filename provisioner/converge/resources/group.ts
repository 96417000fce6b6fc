import { shellQuote } from '../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../compiled-resource.js';
import { accountName } from './account-name.js';

export const group: ResourceCompiler<'group'> = {
  library: 'account.sh',
  compile(resource) {
    const name = accountName(resource);
    const gid = resource.gid === undefined ? '' : String(resource.gid);
    const words = shellQuote([name, gid, resource.system === true ? 'system' : '']);
    return { facts: { groups: [name] }, test: `group_ok ${words}`, diff: `printf -- '+%s\\n' ${shellQuote([gid === '' ? name : `${name}, gid ${gid}`])}`, repair: `group_repair ${words}` };
  },
};
