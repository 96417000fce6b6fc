import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { down } from '../../../quickstart/down.js';
import { Steps } from '../../../quickstart/steps.js';

describe('npm run quickstart:down', () => {
  const { DOCKER_HOST } = process.env;
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'deis-down-'));
    process.env['DOCKER_HOST'] = `unix://${dataDir}/none.sock`;
  });
  afterEach(() => {
    delete process.env['DOCKER_HOST'];
    if (DOCKER_HOST !== undefined) process.env['DOCKER_HOST'] = DOCKER_HOST;
    rmSync(dataDir, { recursive: true });
  });

  for (const purge of [false, true])
    it(`removes nothing while the Docker engine does not answer${purge ? ', with --purge' : ''}`, async () => {
      const said: string[] = [];
      const steps = new Steps({ started: Date.now(), write: (text) => said.push(text) });
      const place = {
        root: dataDir,
        instance: '0badcafe',
        dataDir,
        profile: join(dataDir, 'client.json'),
        owner: null,
      };
      await assert.rejects(
        down(place, steps, { purge }),
        (error: Error) =>
          error instanceof UserError &&
          /^the Docker engine at DOCKER_HOST=unix:.* does not answer \(.*\), and what is on it would stay: start it, e\.g\. /.test(
            error.message,
          ),
      );
      assert.deepEqual([said, existsSync(dataDir)], [[], true]);
    });
});
