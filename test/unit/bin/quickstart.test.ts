import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

describe('npm run quickstart', () => {
  for (const instance of ['shop', '', '0A1B2C3D', '0a1b2c3d4'])
    it(`refuses ${JSON.stringify(instance)} for an instance before it installs anything`, async () => {
      const env = { ...process.env, DEIS_INSTANCE: instance };
      await assert.rejects(
        run(process.execPath, [resolve('bin/quickstart.mjs')], { env, timeout: 10_000 }),
        (error: { code: number; stdout: string; stderr: string }) => {
          assert.equal(error.code, 2);
          assert.equal(error.stdout, '');
          assert.match(
            error.stderr,
            /is not a valid instance id: expected 8 hexadecimal digits, e\.g\. 0a1b2c3d\.\n$/,
          );
          return true;
        },
      );
    });
});
