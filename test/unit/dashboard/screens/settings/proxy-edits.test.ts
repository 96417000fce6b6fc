import assert from 'node:assert/strict';
import type { ProxySettings } from '../../../../../dashboard/api/types.js';
import {
  noneOf,
  proxyChanges,
  proxyInWords,
  shownFields,
  typedProxy,
} from '../../../../../dashboard/screens/settings/proxy-edits.js';
import { proxyFields } from '../../../../../dashboard/screens/settings/proxy-fields.js';
import { proxySchema } from '../../../../../server/api/app/proxies/proxy.js';

const byDefault: ProxySettings = {
  ...{ mode: 'http', port: null, type: null },
  algorithm: 'round_robin',
  ...{ body_size: null, timeout: 1300, enforce_https: false, hsts: null },
  ...{ hsts_subdomains: false, hsts_preload: false, allow: [], trusted: [], proxy_protocol: false },
  ...{ rate_limit: null, rate_burst: null, error_page: {}, set: [] },
};
const given: ProxySettings = {
  ...byDefault,
  ...{
    body_size: 20 * 1024 ** 2,
    timeout: 1300,
    hsts: 0,
    proxy_protocol: true,
    trusted: ['10.0.0.0/8', '::1'],
  },
  error_page: { '503': 'https://example.com/503.html' },
  set: ['body_size', 'timeout', 'hsts', 'proxy_protocol', 'trusted', 'error_page'],
};

describe('edits of settings of the proxies', () => {
  const nothing = typedProxy(byDefault);
  const before = typedProxy(given);

  it('have a field for each setting of the API', () => {
    const names = new Set(proxyFields.map(({ name }) => name.split('.')[0]));
    assert.deepEqual([...names, 'set'].sort(), Object.keys(proxySchema.shape).sort());
  });

  it('show what is set, and nothing where it is as by default', () => {
    assert.deepEqual(
      Object.entries(nothing).filter(([, typed]) => !['', 'off'].includes(typed)),
      [
        ['mode', 'http'],
        ['algorithm', 'round_robin'],
      ],
    );
    assert.equal(before['body_size'], '20M');
    assert.equal(before['timeout'], '1300');
    assert.equal(before['hsts'], '0');
    assert.equal(before['trusted'], '10.0.0.0/8\n::1');
    assert.equal(before['error_page.503'], 'https://example.com/503.html');
  });

  it('send what differs alone, as the API takes it', () => {
    assert.equal(proxyChanges(before, before), undefined);
    assert.equal(proxyChanges(before, { ...before, trusted: ' 10.0.0.0/8, ::1\n' }), undefined);
    const typed = {
      ...{ ...nothing, algorithm: 'ip_hash', body_size: '1g', timeout: '60', enforce_https: 'on' },
      ...{ allow: '203.0.113.7\n10.0.0.0/8, 10.9.9.9', rate_limit: '20/s', rate_burst: '0' },
      'error_page.maintenance': 'https://example.com/soon.html',
    };
    assert.deepEqual(proxyChanges(nothing, typed), {
      ...{ algorithm: 'ip_hash', body_size: '1g', timeout: 60, enforce_https: true, rate_limit: '20/s' },
      ...{ rate_burst: 0, allow: ['203.0.113.7', '10.0.0.0/8', '10.9.9.9'] },
      error_page: { maintenance: 'https://example.com/soon.html' },
    });
  });

  it('put a default back by an empty field, and one page of several', () => {
    assert.deepEqual(proxyChanges(before, { ...nothing, 'error_page.504': 'https://example.com/504.html' }), {
      ...{ body_size: null, timeout: null, hsts: null, proxy_protocol: null, trusted: null },
      error_page: { '503': null, '504': 'https://example.com/504.html' },
    });
    assert.deepEqual(proxyChanges({ ...nothing, algorithm: 'ip_hash' }, nothing), { algorithm: null });
  });

  it('are said in words', () => {
    const words = Object.fromEntries(proxyInWords(given));
    assert.equal(words['Who gets a request'], 'each container in turn');
    assert.equal(words['Largest body of a request'], '20M');
    assert.equal(words['Addresses and networks of proxies before these'], '10.0.0.0/8, ::1');
    assert.equal(words['Addresses and networks that may ask'], 'everybody');
  });

  describe('of mode tcp', () => {
    const tcp = typedProxy({
      ...byDefault,
      ...{ mode: 'tcp', port: 6379, timeout: 86_400, set: ['mode', 'port'] },
    });
    const shown = (then: typeof nothing, typed: typeof nothing): string[] =>
      shownFields(proxyFields, then, typed).map(({ name }) => name);

    it('say where connections go, and go back to requests with nothing else', () => {
      const typed = { ...nothing, mode: 'tcp', port: '6379', type: 'db' };
      assert.deepEqual(proxyChanges(nothing, typed), { mode: 'tcp', port: 6379, type: 'db' });
      assert.deepEqual(proxyChanges(tcp, { ...tcp, mode: 'http' }), { mode: null });
      // What was typed before somebody thought again.
      assert.equal(proxyChanges(nothing, { ...typed, mode: 'http' }), undefined);
    });

    it('have fields of their own, and those of http that are set and must go', () => {
      assert.deepEqual(shown(tcp, tcp), ['mode', 'port', 'type', 'algorithm', 'timeout', 'allow']);
      assert.deepEqual(
        shown(nothing, nothing).filter((name) => ['port', 'type'].includes(name)),
        [],
      );
      const emptied = { ...nothing, mode: 'tcp' };
      assert.ok(shown(before, emptied).includes('trusted'));
      assert.ok(shown(nothing, { ...emptied, hsts: '60' }).includes('hsts'));
      assert.ok(!shown(nothing, emptied).includes('hsts'));
    });

    it('let nobody in who is not named or attached', () => {
      const allow = proxyFields.find(({ name }) => name === 'allow')!;
      assert.deepEqual(
        [nothing, tcp].map((typed) => noneOf(allow, typed)),
        ['everybody', 'formations that are attached'],
      );
      const words = Object.fromEntries(
        proxyInWords({ ...byDefault, ...{ mode: 'tcp', port: 6379, set: ['mode', 'port'] } }),
      );
      assert.equal(words['What they pass on'], 'connections of TCP, as they are');
      assert.equal(words['Port at which they listen'], '6379');
      assert.equal(words['Addresses and networks that may ask'], 'formations that are attached');
      assert.equal(words['Seconds of HSTS'], undefined);
    });
  });
});
