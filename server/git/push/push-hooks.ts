import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellQuote } from '../../../provisioner/ssh/shell-quote.js';

const client = fileURLToPath(new URL('hooks/push-hook.sh', import.meta.url));

/**
 * Lays the hooks out in `folder` (git's core.hooksPath). Written at each start, because the place of this package
 * may have changed. A file that is there and cannot run would be passed over by git; `proc-receive` missing
 * refuses every push.
 */
export async function installPushHooks(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const hook of ['pre-receive', 'proc-receive']) {
    const path = join(folder, hook);
    const program = `#!/bin/sh\nexec ${shellQuote(['/bin/sh', client, hook])}\n`;
    await writeFile(`${path}.new`, program, { mode: 0o700 });
    await chmod(`${path}.new`, 0o700);
    await rename(`${path}.new`, path);
  }
}
