import assert from 'node:assert/strict';
import { findUnstorable } from '../../../../../../server/api/http/input/storable-text.js';
import { tooMuchJson } from '../../../../../../server/api/http/input/too-much-json.js';
import { computingMs } from '../../../../../support/nodes/computing-time.js';

const bodyBytes = 2 * 1024 ** 2;
/** Of the largest body: the event loop stands still so long. */
const mostMs = 100;

/** As much of it as fits into a body. */
const filled = (before: string, part: string, after: string): string =>
  before + part.repeat(Math.floor((bodyBytes - before.length - after.length) / part.length)) + after;

const found = (text: string): string | undefined => tooMuchJson(Buffer.from(text));

/** What a body goes through before its endpoint sees it. */
function taken(text: string): void {
  if (found(text) !== undefined) return;
  try {
    findUnstorable(JSON.parse(text));
  } catch {
    // No JSON: that is found out in time, too.
  }
}

describe('tooMuchJson', () => {
  it('lets pass what is large by its texts, and what holds thousands of values', () => {
    for (const text of [
      '',
      '{}',
      '[[[]]]',
      filled('{"values":{"A":"', ',[{', '"}}'),
      filled('{"values":{"A":"', '\\"', '"}}'),
      filled('{"values":{"A":"', '\\\\', '"}}'),
      JSON.stringify({
        values: Object.fromEntries(Array.from({ length: 19_900 }, (_, n) => [`A${n}`, 'x,[{'])),
      }),
    ])
      assert.equal(found(text), undefined, text.slice(0, 40));
  });

  it('finds more than 20,000 values, in lists, in objects and in lists of lists', () => {
    const message = 'has more than 20000 values';
    const count = 20_001;
    assert.equal(found(JSON.stringify(Array.from({ length: count }, () => 1))), message);
    assert.equal(found(JSON.stringify(Array.from({ length: count }, () => ({})))), message);
    const names = Object.fromEntries(Array.from({ length: count }, (_, n) => [`A${n}`, 'a \\" b']));
    assert.equal(found(JSON.stringify({ values: names })), message);
    assert.equal(found(`[${'{"a":"\\\\"},'.repeat(count)}1]`), message);
  });

  it('finds more than 500 levels, closed or not', () => {
    const message = 'nested deeper than 500 levels';
    assert.equal(found('['.repeat(501)), message);
    assert.equal(found(`${'{"a":'.repeat(501)}1${'}'.repeat(501)}`), message);
    assert.equal(found(`${'['.repeat(500)}${']'.repeat(500)}`), undefined);
  });

  for (const [what, text] of Object.entries({
    'open lists': filled('', '[', ''),
    'lists in lists': `${'['.repeat(bodyBytes / 2)}${']'.repeat(bodyBytes / 2)}`,
    'a list of numbers': filled('[', '1,', '1]'),
    'a list of objects': filled('[', '{},', '{}]'),
    'closing brackets': filled('', ']', ''),
    names: JSON.stringify(Object.fromEntries(Array.from({ length: 150_000 }, (_, n) => [`A${n}`, 'x']))),
    'a text of escapes': filled('{"A":"', '\\u0041', '"}'),
    'a text that never ends': filled('"', '\\', ''),
    '20,000 values': JSON.stringify(Array.from({ length: 19_000 }, (_, n) => ({ n })).slice(0, 9_000)),
  }))
    it(`keeps a body of ${what} from holding others up`, () => {
      assert.ok(text.length <= bodyBytes);
      const ms = computingMs(() => taken(text));
      assert.ok(ms < mostMs, `${ms} ms of computation`);
    });
});
