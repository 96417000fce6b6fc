import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  LogLineReader,
  maxLine,
  type LogLine,
} from '../../../../provisioner/node-commands/log-line-reader.js';
import { formatLogLine } from '../../../../server/formation/logs/merge-logs.js';

const at = (nanos: number): string => `2026-01-01T00:00:00.${String(nanos).padStart(9, '0')}Z`;
const read = (...chunks: readonly (string | Buffer)[]): LogLine[] => {
  const lines: LogLine[] = [];
  const reader = new LogLineReader((line) => lines.push(line));
  for (const chunk of chunks) reader.feed(Buffer.from(chunk));
  reader.end();
  return lines;
};
const shown = (text: string): string[] => read(text).map((line) => formatLogLine(line).split(/Z app/)[1]!);

describe('reading logs of a node', () => {
  it('keeps carriage returns, separators and other characters that end a line elsewhere', () => {
    const texts = ['plain 1', 'crlf 1\r', '10%\r100% 1', 'separator a\u2028b 1', 'c\u2029d', 'e\u0085\v\ff'];
    const written = texts.map((text, index) => `worker.1 1. ${at(index)} ${text}\n`).join('');
    assert.deepEqual(
      read(written).map(({ container, text }) => [container, text]),
      texts.map((text) => ['worker.1', text.replace(/\r$/, '')]),
    );
  });

  it('puts a line together whatever stands between its pieces, and the streams apart', () => {
    const [long, part] = ['x'.repeat(20_000), 16_384];
    assert.deepEqual(
      read(
        `web.1 1+ ${at(1)} ${long.slice(0, part)}\nweb.1 2. ${at(2)} oops\nweb.2 1. ${at(3)} other\n` +
          `web.1 1+ ${at(1)} ${long.slice(part)}\nweb.1 1. \n`,
      ).map(({ at: time, container, stream, text }) => [time, container, stream, text]),
      [
        [at(2), 'web.1', 'stderr', 'oops'],
        [at(3), 'web.2', 'stdout', 'other'],
        [at(1), 'web.1', 'stdout', long],
      ],
    );
  });

  it('keeps what has another form beside the line before it', () => {
    assert.deepEqual(shown(`web.1 1. ${at(1)} a\nError response from daemon\nweb.1 2. no time\n`), [
      '[web.1]: a',
      '[web.1]: Error response from daemon',
      '[web.1]: no time',
    ]);
  });

  it("leaves out the engine's word for a container that has gone meanwhile, not an app's", () => {
    const written =
      `web.1 1. ${at(1)} a\nweb.3 2. Error: No such container: app-web.3-v3-6165\n` +
      'web.4 2. Error response from daemon: No such container: app-web.4-v3-6165\n' +
      'web.5 2. Error response from daemon: can not get logs from container which is dead or marked for removal\n' +
      `web.1 2. ${at(2)} Error: No such container: app-web.1-v3-6165\n`;
    assert.deepEqual(shown(written), ['[web.1]: a', '[web.1]: Error: No such container: app-web.1-v3-6165']);
  });

  it('counts what is too long, in lines that end and in lines that never do', () => {
    const piece = 'y'.repeat(maxLine / 2);
    const [line] = read(`web.1 1+ ${at(1)} ${piece}\n`, `web.1 1+ ${piece}\nweb.1 1. ${piece}\n`);
    const header = at(1).length + 1;
    assert.equal(line?.text, `${'y'.repeat(maxLine - header)} ... (${piece.length + header} bytes more)`);
    const endless = read(...Array.from({ length: 9 }, () => piece));
    assert.ok(endless.length > 3 && endless.every(({ text }) => text.length <= maxLine));
  });

  it('gives back every line as it was, however it comes in', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 }).filter((value) => !/[\n]|\r$/.test(value));
    fc.assert(
      fc.property(fc.array(text), fc.integer({ min: 1, max: 7 }), (texts, size) => {
        const bytes = Buffer.from(texts.map((value, index) => `web.1 1. ${at(index)} ${value}\n`).join(''));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const wanted = texts.map((value) => Buffer.from(value).toString());
        assert.deepEqual(
          read(...chunks).map((line) => line.text),
          wanted,
        );
      }),
    );
  });

  it('never throws, and loses no line', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const lines = text.split('\n').filter((line) => line !== '');
        assert.equal(read(text).length, lines.length);
      }),
    );
  });
});
