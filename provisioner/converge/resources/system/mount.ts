import { UserError } from '../../../../base/errors.js';
import { resourceId } from '../../../../cookbooks/resource.js';
import { shellQuote } from '../../../ssh/shell-quote.js';
import type { ResourceCompiler } from '../../compiled-resource.js';
import { nodePath } from '../../resource-helpers/node-path.js';

export const mount: ResourceCompiler<'mount'> = {
  library: 'system/mount.sh',
  compile(resource) {
    const point = nodePath(resource);
    const { device, fstype, options = ['defaults'], pass = 0 } = resource;
    const words = { name: point, device, fstype, options: options.join(',') };
    for (const [field, word] of Object.entries(words)) {
      if (!/^[^\s\\#]+$/.test(word))
        throw new UserError(
          `${resourceId(resource)}: ${field} ${JSON.stringify(word)} is not a valid word of fstab ` +
            '(no blanks, backslashes or #)',
          { field },
        );
    }
    if (!Number.isInteger(pass) || pass < 0)
      throw new UserError(`${resourceId(resource)}: pass must be 0 or more`, { field: 'pass' });
    const line = `${device} ${point} ${fstype} ${words.options} 0 ${pass}`;
    if (resource.action === 'umount') {
      const where = shellQuote([point]);
      return {
        test: `mount_absent ${where}`,
        diff: `mount_absent_diff ${where}`,
        repair: `mount_remove ${where}`,
      };
    }
    const what = shellQuote([point, line, device, isBind(options) ? '' : fstype, fstype, words.options]);
    return { test: `mount_ok ${what}`, diff: `mount_diff ${what}`, repair: `mount_make ${what}` };
  },
};

/** A bind mount shows the type of what it shows. */
function isBind(options: readonly string[]): boolean {
  return options.includes('bind') || options.includes('rbind');
}
