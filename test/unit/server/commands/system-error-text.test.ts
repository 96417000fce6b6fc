import assert from 'node:assert/strict';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { systemErrorText } from '../../../../server/commands/system-error-text.js';

describe('a file or folder that the system refuses', () => {
  const { username } = userInfo();
  const refusal = (code: string, syscall: string, path?: string): Error =>
    Object.assign(new Error(`${code}: said by the system`), { code, syscall, path });

  it('is told in one sentence, which names it, the account and what to do', () => {
    assert.equal(
      systemErrorText(refusal('EACCES', 'mkdir', '/var/backups/deis')),
      `the account ${username} may not make /var/backups/deis: let it, as root, e.g. ` +
        `\`install -d -o ${username} -m 0700 /var/backups/deis\` (mkdir: EACCES)`,
    );
    assert.match(
      systemErrorText(refusal('EPERM', 'open', '/x'))!,
      /may not use \/x: .*`chown \S+ \/x` \(open: EPERM\)$/,
    );
    for (const code of ['EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST'])
      assert.match(systemErrorText(refusal(code, 'open', '/x/y'))!, /\/x\/y.*\(open: [A-Z]+\)$/);
  });

  it('is told as Node.js gives it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deis-refused-'));
    const file = join(folder, 'file');
    await writeFile(file, '');
    const errorOf = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => 'done',
        (error: unknown) => error,
      );
    assert.match(
      systemErrorText(await errorOf(open(join(folder, 'none'))))!,
      /^there is no \/\S+none \(open/,
    );
    assert.match(systemErrorText(await errorOf(mkdir(join(file, 'x'))))!, /file\/x cannot be: .*ENOTDIR\)$/);
    await rm(folder, { recursive: true });
  });

  it('is nothing else: what has no path, what nobody expects, and errors of ours', () => {
    const others = [
      refusal('ECONNREFUSED', 'connect'),
      refusal('EIO', 'read', '/x'),
      new Error('x'),
      'x',
      undefined,
    ];
    assert.deepEqual(
      others.map(systemErrorText),
      others.map(() => undefined),
    );
  });
});
