import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KeptLineReader, type KeptLine } from '../../../../server/log/kept-line-reader.js';

const stored = (log: string, offset: number | '-' = 0, more: object = {}): string =>
  `node-1 abcdef123456 ${offset} ` +
  JSON.stringify({
    log,
    stream: 'stdout',
    attrs: { tag: 'deis/web.1/v3' },
    time: '2026-11-29T10:00:00.12Z',
    ...more,
  });

function read(lines: readonly string[]): KeptLine[] {
  const found: KeptLine[] = [];
  const reader = new KeptLineReader((line) => found.push(line));
  for (const line of lines) reader.feed(line);
  reader.end();
  return found;
}
const texts = (lines: readonly string[]): string[] => read(lines).map(({ text }) => text);

describe('reading kept lines', () => {
  it('joins the parts of each stream of each container, whoever writes between them', () => {
    const other = stored('other\n', 5, { stream: 'stderr' });
    assert.deepEqual(texts([stored('one '), other, stored('two ', 10), stored('three\r\n', 20)]), [
      'other',
      'one two three',
    ]);
  });

  it('gives what comes twice once, and equal parts of a line as often as they are', () => {
    const batch = [stored('a\n', 1), stored('b\n', 2)];
    assert.deepEqual(texts([...batch, ...batch]), ['a', 'b']);
    assert.deepEqual(texts([stored('xx', 1), stored('xx', 2), stored('\n', 3)]), ['xxxx']);
  });

  it('gives times that sort as text', () => {
    assert.deepEqual(
      read([stored('a\n', 1), stored('b\n', 2, { time: '2026-11-29T10:00:00Z' })]).map(({ at }) => at),
      ['2026-11-29T10:00:00.120000000Z', '2026-11-29T10:00:00.000000000Z'],
    );
  });

  it("takes no app's line for the platform's", () => {
    assert.deepEqual(
      read([stored('x\n', 1), stored('y\n', '-', { attrs: { tag: 'platform/deploy' } })]).map(
        ({ source, process }) => `${source} ${process}`,
      ),
      ['app web.1', 'deis deploy'],
    );
  });

  it('keeps lines that never end within a bound, and says what is left out', () => {
    const part = 'x'.repeat(1024 * 1024);
    const [line] = texts([stored(part, 1), stored(part, 2), stored(part, 3), stored('\n', 4)]);
    assert.equal(line?.length, 2 * 1024 * 1024 + ' ... (1048576 characters more)'.length);
  });

  it('keeps all lines together that have not ended within a bound: the oldest one is cut', () => {
    const part = 'x'.repeat(1024 * 1024);
    const of = (web: number, n: number, log = part): string =>
      stored(log, n, { attrs: { tag: `deis/web.${web}/v3` } });
    const found: number[] = [];
    const reader = new KeptLineReader(({ text }) => found.push(text.length));
    for (let web = 1; web <= 8; web += 1) reader.feed(of(web, web));
    assert.deepEqual(found, []);
    reader.feed(of(9, 9));
    assert.deepEqual(found, [part.length]);
    for (let web = 2; web <= 9; web += 1) reader.feed(of(web, 10 + web, 'end\n'));
    assert.deepEqual(found.slice(1), Array(8).fill(part.length + 3));
    for (let web = 1; web <= 8; web += 1) reader.feed(of(web, 20 + web));
    assert.equal(found.length, 9);
  });

  it('never throws: what it does not know is a line of its own, and the next one is read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (noise) => {
        const line = noise.replaceAll('\n', ' ');
        const found = texts([line, `node-1 abcdef123456 7 {${line}}`, stored('good\n', 9)]);
        assert.equal(found.at(-1), 'good');
        assert.ok(found.length >= 2);
      }),
    );
    assert.deepEqual(
      read(['nonsense']).map(({ source, process }) => `${source} ${process}`),
      ['deis unknown'],
    );
  });
});
