import assert from 'node:assert/strict';
import { colouredText, plainText } from '../../../../../dashboard/parts/lines/coloured-text.js';

describe('lines with the colours of a terminal', () => {
  const looks = (line: string): string[] =>
    colouredText(line).map(({ text, look }) => (look === '' ? text : `${look}: ${text}`));

  it('are coloured as there, each from its beginning', () => {
    assert.deepEqual(looks('all is well'), ['all is well']);
    assert.deepEqual(looks('\u001b[31mred\u001b[0m not'), ['ink-red: red', ' not']);
    assert.deepEqual(looks('\u001b[1;32mboth\u001b[22m one\u001b[39m none'), [
      ...['ink-green bold: both', 'ink-green:  one', ' none'],
    ]);
    assert.deepEqual(looks('\u001b[94mbright\u001b[m off'), ['ink-blue: bright', ' off']);
  });

  it('lose what only a terminal understands, and keep tabs', () => {
    assert.deepEqual(looks('\u001b[38;5;196mof 256\u001b[2K\u001b]0;title\u0007\r\bend'), ['of 256', 'end']);
    assert.equal(plainText('a\tb\u001b[1mc\u0000'), 'a\tbc');
  });
});
