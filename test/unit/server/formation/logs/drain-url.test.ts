import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import { readDrainUrl, shownUrl } from '../../../../../server/formation/logs/drain-url.js';

describe('URLs of drains', () => {
  for (const [url, type, host, port, path, shown] of [
    ['syslog://10.0.0.5', 'syslog', '10.0.0.5', 514, '', 'syslog://10.0.0.5:514'],
    [
      'syslog+tls://a.example.com:443/',
      'syslog-tls',
      'a.example.com',
      443,
      '',
      'syslog+tls://a.example.com:443',
    ],
    ['syslog+tls://[2001:db8::1]', 'syslog-tls', '2001:db8::1', 6514, '', 'syslog+tls://[2001:db8::1]:6514'],
    ['https://a.example.com', 'https', 'a.example.com', 443, '/', 'https://a.example.com'],
    ['https://u:p@a.example.com/x', 'https', 'a.example.com', 443, '/x', 'https://...@a.example.com/...'],
    [
      'https://a.example.com:8443/?k=v',
      'https',
      'a.example.com',
      8443,
      '/?k=v',
      'https://a.example.com:8443/...',
    ],
    [
      'loki+https://a.example.com',
      'loki',
      'a.example.com',
      443,
      '/loki/api/v1/push',
      'loki+https://a.example.com',
    ],
  ] as const)
    it(`are as ${url}`, () => {
      const target = readDrainUrl(url);
      assert.deepEqual([target.type, target.host, target.port, target.path], [type, host, port, path]);
      assert.equal(shownUrl(target), shown);
    });

  it('say user and secret as they are', () => {
    assert.equal(readDrainUrl('https://a%40b:c%2Fd@h.example.com/').credentials, 'a@b:c/d');
    assert.equal(readDrainUrl('https://h.example.com/').credentials, undefined);
  });

  it('are of Loki where the type says so, and of no other type than they say', () => {
    assert.equal(readDrainUrl('https://h.example.com/x', 'loki').type, 'loki');
    assert.throws(() => readDrainUrl('syslog://h', 'https'), /is not the type of this url, which is syslog/);
  });

  for (const url of [
    '',
    'hunter2',
    'http://hunter2@h/',
    'syslog://hunter2@h:514',
    'syslog://h:0',
    'syslog://h:70000',
    'syslog://h/hunter2',
    'https://hunter2:%E0%A4@h/',
    'https://hunter2@:1/',
    `https://h/${'hunter2'.repeat(500)}`,
    'constructor://hunter2',
  ])
    it(`are not as ${url.slice(0, 30)}, which no error repeats`, () =>
      assert.throws(
        () => readDrainUrl(url),
        (error) => error instanceof UserError && error.field === 'url' && !/hunter2/.test(error.message),
      ));
});
