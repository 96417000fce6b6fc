import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import {
  mergeProxySettings,
  type ProxyChanges,
} from '../../../../../server/formation/proxies/merge-proxy-settings.js';

describe('mergeProxySettings', () => {
  it('sets, replaces and puts back, and keeps no default', () => {
    const settings = mergeProxySettings(
      {},
      {
        algorithm: 'least_conn',
        bodySize: '20m',
        timeoutSeconds: 60,
        enforceHttps: true,
        hsts: 0,
        allow: ['10.0.0.0/8', '10.0.0.0/8', '2001:db8::1'],
        trusted: ['192.0.2.1'],
      },
    );
    assert.deepEqual(settings, {
      algorithm: 'least_conn',
      allow: ['10.0.0.0/8', '2001:db8::1'],
      bodySize: 20 * 2 ** 20,
      enforceHttps: true,
      hsts: 0,
      timeoutSeconds: 60,
      trusted: ['192.0.2.1'],
    });
    assert.deepEqual(
      mergeProxySettings(settings, {
        algorithm: null,
        bodySize: 1000,
        enforceHttps: false,
        hsts: null,
        allow: [],
        trusted: null,
      }),
      { bodySize: 1000, timeoutSeconds: 60 },
    );
  });

  it('passes on connections as they are, without what is for requests', () => {
    const tcp = mergeProxySettings(
      {},
      { mode: 'tcp', tcpPort: 5432, timeoutSeconds: 60, allow: ['10.0.0.0/8'] },
    );
    assert.deepEqual(tcp, { allow: ['10.0.0.0/8'], mode: 'tcp', tcpPort: 5432, timeoutSeconds: 60 });
    for (const mode of ['http', null] as const)
      assert.deepEqual(mergeProxySettings(tcp, { mode }), { allow: ['10.0.0.0/8'], timeoutSeconds: 60 });
    assert.deepEqual(mergeProxySettings({}, { mode: 'tcp' }), { mode: 'tcp' });
    const refused = (present: ReturnType<typeof mergeProxySettings>, changes: ProxyChanges, field: string) =>
      assert.throws(
        () => mergeProxySettings(present, changes),
        (error) => error instanceof UserError && error.field === field,
      );
    refused({}, { tcpPort: 5432 }, 'port');
    refused({}, { tcpType: 'db' }, 'type');
    refused(tcp, { tcpType: 'no type' }, 'type');
    assert.equal(mergeProxySettings(tcp, { tcpType: 'db' }).tcpType, 'db');
    assert.equal(mergeProxySettings({ ...tcp, tcpType: 'db' }, { mode: 'http' }).tcpType, undefined);
    refused(tcp, { tcpPort: 0 }, 'port');
    refused({}, { mode: 'udp' as 'tcp' }, 'mode');
    refused(tcp, { mode: 'http', tcpPort: 5432 }, 'port');
    refused(tcp, { enforceHttps: true }, 'enforce_https');
    refused({ hsts: 60 }, { mode: 'tcp' }, 'hsts');
    refused({ trusted: ['192.0.2.1'] }, { mode: 'tcp' }, 'trusted');
  });

  it('changes the pages that are named, and keeps the others', () => {
    const page = (name: string) => ({ url: `https://example.com/${name}`, content: name });
    const first = mergeProxySettings({}, { errorPages: { '503': page('a'), '502': page('b') } });
    const second = mergeProxySettings(first, { errorPages: { '503': null, maintenance: page('c') } });
    assert.deepEqual(second, { errorPages: { '502': page('b'), maintenance: page('c') } });
    assert.deepEqual(mergeProxySettings(second, { errorPages: { '502': null, maintenance: null } }), {});
    assert.deepEqual(mergeProxySettings(second, { errorPages: null }), {});
  });

  it('takes a rate, and the PROXY protocol with who may speak it', () => {
    const settings = { proxyProtocol: true, rateBurst: 0, rateLimit: '300/m', trusted: ['192.0.2.1'] };
    assert.deepEqual(mergeProxySettings({}, settings), settings);
    assert.throws(
      () => mergeProxySettings(settings, { trusted: null }),
      (error) => error instanceof UserError && error.field === 'proxy_protocol',
    );
    assert.throws(
      () => mergeProxySettings(settings, { rateLimit: null }),
      (error) => error instanceof UserError && error.field === 'rate_burst',
    );
  });

  const wrong: [field: string, changes: ProxyChanges, told: string][] = [
    ['algorithm', { algorithm: 'random' as 'ip_hash' }, 'random'],
    ['body_size', { bodySize: '20 m' }, '20 m'],
    ['body_size', { bodySize: '1m; }' }, '1m; }'],
    ['body_size', { bodySize: 0 }, '0'],
    ['body_size', { bodySize: '101g' }, '101g'],
    ['timeout', { timeoutSeconds: 0 }, '0'],
    ['timeout', { timeoutSeconds: 1.5 }, '1.5'],
    ['timeout', { timeoutSeconds: 86_401 }, '86401'],
    ['hsts', { hsts: -1 }, '-1'],
    ['hsts_subdomains', { hstsSubdomains: true }, 'hsts=on'],
    ['hsts_preload', { hsts: 1, hstsPreload: true }, 'hsts_subdomains'],
    ['allow', { allow: ['10.0.0.0/33'] }, '10.0.0.0/33'],
    ['allow', { allow: ['all; deny'] }, 'all; deny'],
    ['allow', { allow: [''] }, '""'],
    ['allow', { allow: Array.from({ length: 257 }, (_, n) => `10.0.${n >> 8}.${n & 255}`) }, '257'],
    ['trusted', { trusted: ['::/129'] }, '::/129'],
    ['trusted', { trusted: ['10.0.0.1', '0.0.0.0/0'] }, '0.0.0.0/0'],
    ['timeout', {}, 'timeout=60'],
    ['rate_limit', { rateLimit: '20' }, '"20"'],
    ['rate_limit', { rateLimit: '0/s' }, '0/s'],
    ['rate_limit', { rateLimit: '20/h' }, '20/h'],
    ['rate_limit', { rateLimit: '100001/s' }, '100001/s'],
    ['rate_limit', { rateLimit: '20/s; deny all' }, '20/s; deny all'],
    ['rate_burst', { rateLimit: '20/s', rateBurst: 1.5 }, '1.5'],
    ['rate_burst', { rateLimit: '20/s', rateBurst: 100_001 }, '100001'],
    ['rate_burst', { rateBurst: 5 }, 'rate_limit=20/s'],
    ['proxy_protocol', { proxyProtocol: true }, 'trusted=CIDR'],
  ];
  for (const [field, changes, told] of wrong) {
    it(`refuses ${JSON.stringify(changes).slice(0, 60)}, naming field and value`, () => {
      assert.throws(
        () => mergeProxySettings({}, changes),
        (error) => error instanceof UserError && error.field === field && error.message.includes(told),
      );
    });
  }
});
