import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import {
  bytes,
  duration,
  printable,
  properties,
  shellWords,
  table,
  withoutControls,
} from '../../../../cli/terminal/format.js';

describe('formatting', () => {
  it('aligns columns and leaves no blanks at the end of a line', () => {
    assert.equal(
      table(
        ['NAME', 'STATE'],
        [
          ['web.1', 'serving'],
          ['worker.12', null],
        ],
      ),
      'NAME       STATE\nweb.1      serving\nworker.12  -',
    );
    assert.equal(table(['', 'CHECK'], [['ok', 'git']]), '    CHECK\nok  git');
  });

  it('lets no cell break its line or drive the terminal', () => {
    assert.equal(table(['A'], [['x\ny\u001b[2J\u007f']]), 'A\nx\\ny\\x1b[2J\\x7f');
    assert.equal(printable('ü\tz'), 'ü\\tz');
  });

  it('keeps colours and lines of foreign text, and nothing else that drives a terminal', () => {
    assert.equal(
      withoutControls('\u001b[31mred\u001b[0m\n\tü\u001b[2J\u001b]0;title\u0007\r\u009b1m'),
      '\u001b[31mred\u001b[0m\n\tü[2J]0;title1m',
    );
  });

  it('aligns values, one line for each of a list', () => {
    assert.equal(
      properties([
        ['id', 'peachy'],
        ['urls', ['http://a/', 'http://b/']],
        ['domains', []],
      ]),
      'id:       peachy\nurls:     http://a/\n          http://b/\ndomains:  -',
    );
  });

  it('writes times and sizes for people', () => {
    assert.deepEqual([0, 950, 1240, 59_990, 125_000].map(duration), [
      '0 ms',
      '950 ms',
      '1.2 s',
      '60.0 s',
      '2 min 5 s',
    ]);
    assert.deepEqual([0, 999, 4_700_000, 2_500_000_000].map(bytes), ['0 B', '999 B', '4.7 MB', '2.5 GB']);
  });

  it('quotes words so that sh reads back the same', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'grapheme' }).map((word) => word.replaceAll('\0', '')),
          { minLength: 1, maxLength: 4 },
        ),
        (words) => {
          const read = execFileSync('sh', ['-c', `printf '%s\\0' ${shellWords(words)}`], {
            encoding: 'utf8',
          });
          assert.deepEqual(read.split('\0').slice(0, -1), words);
        },
      ),
      { numRuns: 30 },
    );
  });
});
