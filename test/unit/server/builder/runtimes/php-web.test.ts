import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The program as it is, but for where its PHP lies, and how long it waits for that. */
describe('heroku-php-nginx', function () {
  this.timeout(30_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'php-web-'));
    await mkdir(join(folder, 'bin'));
    const source = await readFile(
      new URL('../../../../../server/builder/runtimes/php-web.sh', import.meta.url),
      'utf8',
    );
    const program = source
      .replace('root=/app/.deis/php', `root=${folder}`)
      .replace('say_seconds=30', 'say_seconds=1')
      .replace('give_up_seconds=600', 'give_up_seconds=2');
    assert.ok(program.includes('say_seconds=1\ngive_up_seconds=2\n'));
    await writeFile(join(folder, 'heroku-php-nginx'), program);
    // It lives, and listens nowhere.
    const fpm = `#!/bin/sh\necho $$ >${folder}/fpm.pid\nexec sleep 60\n`;
    await writeFile(join(folder, 'bin', 'php-fpm'), fpm);
    await chmod(join(folder, 'bin', 'php-fpm'), 0o755);
    await writeFile(join(folder, 'pool.conf'), 'listen = /tmp/elsewhere.sock\n');
  });
  after(() => rm(folder, { recursive: true }));

  it('says where to look when php-fpm does not listen, gives it up later, and leaves nothing running', async () => {
    const args = [join(folder, 'heroku-php-nginx'), '-F', join(folder, 'pool.conf'), folder];
    const env = { PATH: process.env['PATH'], PORT: '5000', WEB_CONCURRENCY: '1' };
    const child = spawn('bash', args, { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
    const said = await text(child.stderr);
    assert.match(
      said,
      /^[^\n]*php-fpm does not listen after 1 s: a line `listen` of .*pool\.conf may say another place.*\n[^\n]*gave php-fpm up\n$/,
    );
    assert.equal(child.exitCode ?? (await new Promise((resolve) => child.once('close', resolve))), 1);
    const pid = Number(await readFile(join(folder, 'fpm.pid'), 'utf8'));
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});
