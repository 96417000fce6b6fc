import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../../../../base/wait-until.js';
import { freePort } from '../../../../../server/free-port.js';

describe('the static server of a slug', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deis-static-'));
  let server: ChildProcess;
  let port = 0;

  /** The path goes out as it is: fetch would tidy it up first. */
  const get = (path: string): Promise<{ status: number; text: string }> =>
    new Promise((done, failed) => {
      request({ host: '127.0.0.1', port, path }, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (part: string) => (text += part))
          .on('end', () => done({ status: response.statusCode ?? 0, text }));
      })
        .on('error', failed)
        .end();
    });

  before(async () => {
    mkdirSync(join(folder, 'docs'));
    writeFileSync(join(folder, 'index.html'), 'index');
    writeFileSync(join(folder, 'docs', 'index.html'), 'docs');
    writeFileSync(join(folder, 'x'), 'file x');
    writeFileSync(join(folder, '.secret'), 'hidden');
    port = await freePort('127.0.0.1', 0);
    server = spawn(process.execPath, [resolve('server/builder/buildpacks/static/lib/static-server.mjs')], {
      cwd: folder,
      env: { PORT: String(port) },
      stdio: 'ignore',
    });
    await waitUntil(
      async () =>
        get('/').then(
          () => true,
          () => undefined,
        ),
      { deadlineMs: 20_000, intervalMs: 50, what: 'the static server' },
    );
  });
  after(() => {
    server.kill();
    rmSync(folder, { recursive: true });
  });

  it('takes two slashes for one, not for the beginning of a host name', async () => {
    assert.deepEqual(await get('//x'), { status: 200, text: 'file x' });
    assert.equal((await get('//nothing')).status, 404);
    assert.deepEqual(await get('//docs//'), { status: 200, text: 'docs' });
  });

  it('serves files, indexes and full URLs, and neither dot files nor what lies outside', async () => {
    assert.equal((await get('/?a=//b')).text, 'index');
    assert.equal((await get('http://example.com/x')).text, 'file x');
    assert.equal((await get('/docs')).status, 301);
    for (const path of [
      '/.secret',
      '/../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '//../../etc/passwd',
      '/docs/../.secret',
    ])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await get('/%E0%A4%A')).status, 400);
  });
});
