import assert from 'node:assert/strict';
import { syslogMessages } from '../../../../server/drains/syslog-messages.js';

const line = {
  at: '2026-11-29T10:00:00.123456789Z',
  formation: 'peachy-waxworks',
  source: 'app',
  process: 'web.1',
  stream: 'stdout',
  release: 'v3',
  node: 'app-runtime-1',
  text: 'hello',
} as const;

const token = 'd.73ea7440-270a-435a-a0ea-adf50b4e5f5a';
const data = `[deis@32473 drain="${token}"]`;

describe('messages of syslog', () => {
  const text = (...lines: Parameters<typeof syslogMessages>[0]): string =>
    syslogMessages(lines, token).toString('utf8');

  it('have their number of bytes, priority, time, node, formation, process, release and token', () => {
    const message = `<14>1 2026-11-29T10:00:00.123456Z app-runtime-1 peachy-waxworks web.1 v3 ${data} hello`;
    assert.equal(text(line), `${message.length} ${message}`);
    assert.match(text({ ...line, stream: 'stderr' }), /^\d+ <11>1 /);
    const { release, ...own } = { ...line, source: 'deis' as const, process: 'deploy', node: '' };
    assert.ok(release);
    assert.match(text(own), /^\d+ <30>1 \S+ - peachy-waxworks deploy - \[deis@32473 drain="[^"]+"\] hello$/);
  });

  it('count bytes and not characters, whatever is in them', () => {
    const odd = 'ü 10 <14>1 \u0000\r\t€';
    const message = syslogMessages([{ ...line, text: odd }, line], token);
    const length = Number(/^\d+/.exec(message.toString('latin1'))![0]);
    const first = message.subarray(String(length).length + 1, String(length).length + 1 + length);
    assert.ok(first.toString('utf8').endsWith(` ${data} ${odd}`));
    assert.match(message.subarray(String(length).length + 1 + length).toString(), /^\d+ <14>1 .* hello$/);
  });

  it('are at most 8192 bytes, several for a long line, and cut no character', () => {
    const long = '€'.repeat(20_000);
    const wide = { ...line, process: 'p'.repeat(200), node: 'n'.repeat(300) };
    let rest = syslogMessages([{ ...wide, text: long }], token);
    let joined = '';
    while (rest.length > 0) {
      const blank = rest.indexOf(' ');
      const length = Number(rest.toString('latin1', 0, blank));
      assert.ok(length <= 8_192);
      joined += rest.toString('utf8', blank + 1, blank + 1 + length).split(` v3 ${data} `)[1];
      rest = rest.subarray(blank + 1 + length);
    }
    assert.equal(joined, long);
  });

  it('have no blank and no foreign character in their header', () => {
    const [header] = text({ ...line, process: 'web 1\n', node: 'nö de' }).split(` ${data} hello`);
    assert.match(header!, /^\d+ <14>1 \S+ n\?\?de peachy-waxworks web\?1\? v3$/);
  });
});
