import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import request from 'supertest';
import { readDashboard } from '../../../../server/dashboard/dashboard-files.js';
import { serveDashboard } from '../../../../server/dashboard/serve-dashboard.js';

describe('the dashboard as it is served', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deis-dashboard-'));
  const script = `console.log(${JSON.stringify('x'.repeat(5000))});`;
  let app: Express;

  before(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Deis</title>');
    writeFileSync(join(folder, 'assets', 'index-a1b2.js'), script);
    app = express().use(serveDashboard(await readDashboard(folder)));
    app.use((_request, response) => void response.status(404).send('behind'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is a page that runs and loads nothing but files of this host, and no page frames', async () => {
    const { headers, text } = await request(app).get('/').expect(200);
    assert.match(text, /^<!doctype html>/);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|data:|https?:|\*/);
    assert.equal(headers['cache-control'], 'no-cache');
    await request(app).get('/').set('If-None-Match', String(headers['etag'])).expect(304);
  });

  it('has files that never change, compressed for those who take that', async () => {
    const path = '/assets/index-a1b2.js';
    const { headers } = await request(app).get(path).set('Accept-Encoding', 'gzip').expect(200, script);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['content-encoding'], 'gzip');
    assert.ok(Number(headers['content-length']) < 500);
    const plain = await request(app).get(path).set('Accept-Encoding', 'identity').expect(200, script);
    assert.equal(plain.headers['content-encoding'], undefined);
    const head = await request(app).head(path).set('Accept-Encoding', 'identity').expect(200);
    assert.equal(head.headers['content-length'], String(script.length));
    assert.equal(head.text, undefined);
  });

  it('leaves all else to what comes behind: other paths, other methods', async () => {
    for (const path of ['/assets/', '/assets/../index.html', '/index.html', '/%2e%2e/etc/passwd', '/api'])
      await request(app).get(path).expect(404, 'behind');
    await request(app).post('/').expect(404, 'behind');
  });

  it('refuses a folder that holds something else', async () => {
    const other = mkdtempSync(join(tmpdir(), 'deis-dashboard-'));
    writeFileSync(join(other, 'secret.pem'), 'x');
    await assert.rejects(readDashboard(other), /secret\.pem is of no type that the dashboard uses/);
    rmSync(other, { recursive: true });
  });
});
