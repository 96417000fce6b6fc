import assert from 'node:assert/strict';
import { cannedFormation } from '../../support/nodes/canned-formation.js';

const present = {
  algorithm: 'round_robin',
  body_size: 20 * 2 ** 20,
  timeout: 1300,
  enforce_https: true,
  hsts: null,
  hsts_subdomains: false,
  hsts_preload: false,
  allow: ['10.0.0.0/8', '192.0.2.1'],
  trusted: [],
  proxy_protocol: false,
  rate_limit: '20/s',
  rate_burst: null,
  error_page: { '503': 'https://example.com/503.html' },
  set: ['body_size', 'timeout', 'enforce_https', 'allow'],
};

describe('proxy', () => {
  const peachy = cannedFormation('proxy', present, {});

  it('shows every setting', async () => {
    await peachy.deis(0, 'proxy');
    for (const line of [
      /^body_size: +20M$/m,
      /^timeout: +1300 s$/m,
      /^enforce_https: +on$/m,
      /^hsts: +off$/m,
      /^allow: +10\.0\.0\.0\/8\n +192\.0\.2\.1$/m,
      /^trusted: +none$/m,
      /^proxy_protocol: +off$/m,
      /^rate_limit: +20\/s$/m,
      /^rate_burst: +as many as a second gives$/m,
      /^error_page: +503: https:\/\/example\.com\/503\.html$/m,
    ])
      assert.match(peachy.terminal.out, line);
    await peachy.deis(0, 'proxy:list', '--json');
    assert.deepEqual(JSON.parse(peachy.terminal.out), present);
  });

  it('sets a port for connections of TCP', async () => {
    await peachy.deis(0, 'proxy:set', 'mode=tcp', 'port=5432', 'type=db');
    await peachy.deis(0, 'proxy:set', 'mode=http');
    assert.deepEqual(peachy.sent(), [{ mode: 'tcp', port: 5432, type: 'db' }, { mode: 'http' }]);
    await peachy.deis(2, 'proxy:set', 'port=many');
  });

  it('sets and unsets', async () => {
    await peachy.deis(
      0,
      'proxy:set',
      'algorithm=ip_hash',
      'body_size=20m',
      'timeout=60',
      'enforce_https=on',
      'hsts=on',
      'hsts_preload=off',
      'allow=10.0.0.0/8,192.0.2.1',
      'trusted=::1',
    );
    assert.match(peachy.terminal.err, /Proxies of peachy: changed algorithm, body_size/);
    await peachy.deis(0, 'proxy:set', 'hsts=0');
    await peachy.deis(0, 'proxy:unset', 'allow', 'timeout');
    assert.deepEqual(peachy.sent(), [
      {
        algorithm: 'ip_hash',
        body_size: '20m',
        timeout: 60,
        enforce_https: true,
        hsts: 10_886_400,
        hsts_preload: false,
        allow: ['10.0.0.0/8', '192.0.2.1'],
        trusted: ['::1'],
      },
      { hsts: 0 },
      { allow: null, timeout: null },
    ]);
  });

  it('sets pages one by one or several, whose URLs may have commas', async () => {
    const page = 'https://example.com/a,b:c?d=1,2';
    await peachy.deis(0, 'proxy:set', `error_page=503:${page}`);
    await peachy.deis(0, 'proxy:set', `error_page=503:${page},maintenance:http://x.example/,502:off`);
    await peachy.deis(0, 'proxy:set', 'rate_limit=20/s', 'rate_burst=5', 'proxy_protocol=on');
    assert.deepEqual(peachy.sent(), [
      { error_page: { '503': page } },
      { error_page: { '503': page, maintenance: 'http://x.example/', '502': null } },
      { rate_limit: '20/s', rate_burst: 5, proxy_protocol: true },
    ]);
  });

  it('asks for nothing where it is as by default, of a controller that tells', async () => {
    await peachy.deis(0, 'proxy:unset', 'hsts', 'trusted');
    assert.match(
      peachy.terminal.err,
      /Not set in peachy: hsts, trusted\nNothing to change\nWhere a proxy has missed .*: deis converge/,
    );
    assert.deepEqual(peachy.sent(), []);
    const older = Object.fromEntries(Object.entries(present).filter(([name]) => name !== 'set'));
    peachy.controller.answer('GET /api/formations/peachy/proxy', 200, older);
    await peachy.deis(0, 'proxy:unset', 'hsts');
    assert.deepEqual(peachy.sent(), [{ hsts: null }]);
  });

  it('refuses what is no setting, or no value of it, before it asks', async () => {
    for (const words of [
      ['proxy:set'],
      ['proxy:set', 'timeout'],
      ['proxy:set', 'timeout=long'],
      ['proxy:set', 'enforce_https=yes'],
      ['proxy:set', 'toString=1'],
      ['proxy:set', 'error_page=503'],
      ['proxy:set', 'error_page=500:https://example.com/'],
      ['proxy:set', 'error_page=503:off,503:off'],
      ['proxy:set', 'rate_burst=many'],
      ['proxy:unset', 'colour'],
    ])
      await peachy.deis(2, ...words);
    assert.match(peachy.terminal.err, /no setting "colour"/);
    assert.match(peachy.terminal.err, /body_size, timeout/);
    assert.deepEqual(peachy.sent(), []);
  });
});
