import assert from 'node:assert/strict';
import { jsonLines, lokiPush } from '../../../../server/drains/json-lines.js';

const line = {
  at: '2026-11-29T10:00:00.123456789Z',
  formation: 'peachy',
  source: 'app',
  process: 'web.1',
  stream: 'stdout',
  release: 'v3',
  node: 'app-runtime-1',
  text: 'first\u0000 ü',
} as const;

describe('bodies for sinks over HTTPS', () => {
  it('are an object a line', () => {
    const lines = jsonLines([line, { ...line, text: 'x'.repeat(300_000) }]).split('\n');
    assert.deepEqual(JSON.parse(lines[0]!), {
      time: line.at,
      formation: 'peachy',
      source: 'app',
      process: 'web.1',
      stream: 'stdout',
      release: 'v3',
      node: 'app-runtime-1',
      message: line.text,
    });
    const parts = lines.slice(1, -1).map((each) => (JSON.parse(each) as { message: string }).message);
    assert.deepEqual([parts.length, parts.join('').length, lines.at(-1)], [3, 300_000, '']);
  });

  it('are for Loki a stream for each set of labels, with nanoseconds', () => {
    const other = { ...line, process: 'web.2', text: 'other' };
    const body = JSON.parse(lokiPush([line, other, { ...line, text: 'last' }])) as {
      streams: { stream: Record<string, string>; values: string[][] }[];
    };
    assert.deepEqual(
      body.streams.map(({ stream, values }) => [stream['process'], values.map(([, text]) => text)]),
      [
        ['web.1', [line.text, 'last']],
        ['web.2', ['other']],
      ],
    );
    assert.equal(body.streams[0]!.values[0]![0], `${Date.parse('2026-11-29T10:00:00.123Z')}456789`);
    const { release, ...own } = line;
    assert.ok(release);
    assert.deepEqual(JSON.parse(lokiPush([{ ...own, node: '' }])), {
      streams: [
        {
          stream: { formation: 'peachy', source: 'app', process: 'web.1', stream: 'stdout' },
          values: [[body.streams[0]!.values[0]![0], line.text]],
        },
      ],
    });
  });
});
