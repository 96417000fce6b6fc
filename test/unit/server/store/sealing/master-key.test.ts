import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../../../base/errors.js';
import { Secret } from '../../../../../base/secret.js';
import {
  addMasterKey,
  openMasterKeyFile,
  retireOlderKeys,
} from '../../../../../server/store/sealing/master-key.js';

describe('master key file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-key-'));
    path = join(folder, 'sub', 'master.key');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, for its owner alone', async () => {
    const sealed = (await openMasterKeyFile(path)).seal(new Secret('x'), 'a.b', '1');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal((await openMasterKeyFile(path)).open(sealed, 'a.b', '1').reveal(), 'x');
  });

  it('still opens what an older key sealed, once a new one stands above it', async () => {
    const sealed = (await openMasterKeyFile(path)).seal(new Secret('x'), 'a.b', '1');
    writeFileSync(path, `${'ab'.repeat(32)}\n${readFileSync(path, 'utf8')}`);
    assert.equal((await openMasterKeyFile(path)).open(sealed, 'a.b', '1').reveal(), 'x');
  });

  it('keeps its owner and mode when it is replaced, and gives them to the older keys', async () => {
    await openMasterKeyFile(path);
    chmodSync(path, 0o400);
    // Root alone can give a file away; others see that what is theirs stays theirs.
    if (process.getuid?.() === 0) chownSync(path, 65_534, 65_534);
    const of = (file: string): number[] => {
      const { uid, gid, mode } = statSync(file);
      return [uid, gid, mode & 0o777];
    };
    const before = of(path);
    await addMasterKey(path);
    assert.deepEqual(of(path), before);
    assert.deepEqual(of(await retireOlderKeys(path)), before);
    assert.deepEqual(of(path), before);
    assert.equal(readFileSync(path, 'utf8').split('\n').length, 2);
  });

  it('is refused when others may read it, with the remedy', async () => {
    await openMasterKeyFile(path);
    chmodSync(path, 0o640);
    await assert.rejects(
      openMasterKeyFile(path),
      (error: unknown) => error instanceof UserError && /mode 640\): chmod 600/.test(error.message),
    );
  });

  for (const wrong of ['', 'hello\n', `${'ab'.repeat(31)}\n`]) {
    it(`is refused holding ${JSON.stringify(wrong.slice(0, 8))}, without showing it`, async () => {
      await openMasterKeyFile(path);
      writeFileSync(path, wrong);
      await assert.rejects(
        openMasterKeyFile(path),
        (error: unknown) => error instanceof UserError && !error.message.includes('abab'),
      );
    });
  }
});
