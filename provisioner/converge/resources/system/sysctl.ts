import { createHash } from 'node:crypto';
import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { compileAbsence } from '../../resource-helpers/absence.js';

export const sysctl: ResourceCompiler<'sysctl'> = {
  library: 'system/sysctl.sh',
  compile(resource, n) {
    const key = resource.name;
    if (!/^[a-z0-9_]+([./][A-Za-z0-9_-]+)+$/.test(key))
      throw new UserError(
        `${resourceId(resource)}: ${key} is not a valid key: expected e.g. net.core.somaxconn`,
        {
          field: 'name',
        },
      );
    const path = `/etc/sysctl.d/90-deis-${key.replaceAll('/', '.')}.conf`;
    if (resource.action === 'delete') return compileAbsence(path);
    const value = String(resource.value)
      .trim()
      .replaceAll(/[ \t]+/g, ' ');
    if (value === '' || /[\n\0]/.test(value))
      throw new UserError(
        `${resourceId(resource)}: ${JSON.stringify(resource.value)} is not a valid value: expected one line`,
        { field: 'value' },
      );
    const content = `${key} = ${value}\n`;
    const sum = createHash('sha256').update(content).digest('hex');
    const attributes = [path, '644', 'root', 'root'];
    const words = shellQuote([key.replaceAll('.', '/'), value]);
    return {
      facts: { paths: [path], sums: [path], settings: [`/proc/sys/${key.replaceAll('.', '/')}`] },
      functions: { [`content_${n}`]: `printf %s ${shellQuote([content])}` },
      test: `file_ok ${shellQuote([...attributes, sum])} && sysctl_live ${words}`,
      diff: `sysctl_diff ${words}; file_diff ${shellQuote([...attributes, `content_${n}`])}`,
      repair: `sysctl_set ${words}; file_write ${shellQuote([...attributes, `content_${n}`, ':'])}`,
    };
  },
};
