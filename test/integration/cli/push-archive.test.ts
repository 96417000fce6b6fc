import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cannedFormation } from '../../support/nodes/canned-formation.js';

describe('builds:create', () => {
  const peachy = cannedFormation('config', { version: 1, values: {} }, {});

  it('says what helps where git cannot enter the endpoint', async () => {
    peachy.controller.answer('GET /api/formations/peachy', 200, {
      id: 'peachy',
      git_url: 'ssh://git@127.0.0.1:1/peachy.git',
    });
    const folder = join(peachy.terminal.home, 'source');
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.html'), 'hello');
    const archive = join(peachy.terminal.home, 'source.tar');
    execFileSync('tar', ['-C', folder, '-cf', archive, '.']);
    await peachy.deis(1, 'builds:create', archive);
    assert.match(peachy.terminal.err, /Error: git push failed\n.*deis doctor/);
  });
});
