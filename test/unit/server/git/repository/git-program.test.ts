import assert from 'node:assert/strict';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { GitProgram } from '../../../../../server/git/repository/git-program.js';

describe('GitProgram', () => {
  it('lets transfers give way to the controller', async () => {
    const child = new GitProgram().start(['hash-object', '--stdin'], {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const priority = getPriority(child.pid!);
    child.stdin!.end();
    await once(child, 'exit');
    assert.equal(priority, 5);
  });

  it('tells of a git that there is not, as ever', async () => {
    const child = new GitProgram('/nonexistent/git').start(['version'], { cwd: '/', stdio: 'ignore' });
    const [error] = (await once(child, 'error')) as [Error & { code?: string }];
    assert.equal(error.code, 'ENOENT');
  });
});
