import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ValueMask } from '../../../base/value-mask.js';

const masked = (values: readonly string[], text: string): string => new ValueMask(values).text(text);

describe('ValueMask', () => {
  const rows: readonly [what: string, values: readonly string[], text: string, shown: string][] = [
    ['a value anywhere in a line', ['hunter2'], 'a hunter2, "hunter2"', 'a [masked], "[masked]"'],
    ['nothing of six characters and fewer', ['secret', 'on', ''], 'secret on', 'secret on'],
    [
      'each line of a value, with or without the blanks around',
      ['first line\n  second line\r\nlast'],
      'second line\nfirst line last',
      '[masked]\n[masked] last',
    ],
    ['a value without its closing line break', ['hunter2\n'], 'hunter2', '[masked]'],
    [
      'a value as JSON has it',
      ['say "cheese"\nand smile'],
      '{"A":"say \\"cheese\\"\\nand smile"}',
      '{"A":"[masked]\\n[masked]"}',
    ],
    ['a value as URLs have it', ['pass word/1'], 'https://pass%20word%2F1@host', 'https://[masked]@host'],
    ['a value without what drives terminals', ['very \u0001red\u001b[31mhot'], 'very redhot!', '[masked]!'],
    ['it by what is left of it', ['red\u001b[31mhot'], 'redhot!', 'redhot!'],
    [
      'the password of a URL, also on its own',
      ['postgres://ada:p%40ssword@db/app'],
      'user ada, password p@ssword or p%40ssword',
      'user ada, password [masked] or [masked]',
    ],
    [
      'the longest of values that begin alike',
      ['abcdefg', 'abcdefgh', 'abcdefghijk'],
      'abcdefghij abcdefghijkl',
      '[masked]ij [masked]l',
    ],
    ['values that overlap, wholly', ['secretAB', 'ABsecret'], 'xsecretABsecretx', 'x[masked]x'],
    [
      'a value within another',
      ['the outer value', 'outer value and'],
      'the outer value and more',
      '[masked] more',
    ],
    ['nothing where nothing is', [], 'text', 'text'],
    [
      'names of objects as text',
      ['constructor', '__proto__'],
      'a constructor of __proto__',
      'a [masked] of [masked]',
    ],
    ['characters beyond 16 bits', ['😀😀😀😀'], 'a😀😀😀😀b', 'a[masked]b'],
    ['a very long value', ['0123456789'.repeat(1000)], `<${'0123456789'.repeat(1000)}>`, '<[masked]>'],
    ['a very long value of one character', ['a'.repeat(700)], `<${'a'.repeat(700)}>`, '<[masked]>'],
  ];
  for (const [what, values, text, shown] of rows)
    it(`masks ${what}`, () => assert.equal(masked(values, text), shown));

  it('leaves no value in any text, whatever is around it', () => {
    const value = fc.string({ minLength: 7, maxLength: 600, unit: fc.constantFrom('a', 'b', 'c') });
    const property = fc.property(
      fc.array(value, { minLength: 1, maxLength: 5 }),
      fc.string(),
      fc.string(),
      (values, before, behind) => {
        const shown = masked(values, `${before}${values.join('')}${behind}`);
        for (const each of values) assert.ok(!shown.includes(each), shown);
      },
    );
    fc.assert(property);
  });

  it('changes no text that holds no part of a value', () => {
    const [value, text] = [
      fc.string({ minLength: 7, unit: fc.constantFrom('a', 'b') }),
      fc.string({ unit: fc.constantFrom('c', 'd', ' ', '\n') }),
    ];
    fc.assert(fc.property(fc.array(value), text, (values, each) => assert.equal(masked(values, each), each)));
  });

  it('shows so much of a text as is asked for, and no part of a value that ends behind', () => {
    const mask = new ValueMask(['hunter2-secret']);
    assert.equal(mask.text('a hunter2-secret b', 1), 'a');
    assert.equal(mask.text('a hunter2-secret b', 2), 'a ');
    for (let most = 3; most <= 16; most += 1)
      assert.equal(mask.text('a hunter2-secret b', most), 'a [masked]');
    assert.equal(mask.text('a hunter2-secret b', 17), 'a [masked] ');
  });

  describe('of text that has lost its beginning', () => {
    const cut = (values: readonly string[], text: string): string => new ValueMask(values).cutText(text);
    it('masks the rest of a value, too', () =>
      assert.equal(cut(['a-long-password'], 'ng-password and a-long-password'), '[masked] and [masked]'));
    it('does so below the headline', () =>
      assert.equal(
        cut(['a-long-password'], 'its last lines:\nng-password\nng-password'),
        'its last lines:\n[masked]\nng-password',
      ));
    it('takes the longest rest', () => assert.equal(cut(['abababababab'], 'ababababab!'), '[masked]!'));
    it('shows rests of six characters and fewer', () =>
      assert.equal(cut(['a-long-password'], 'ssword'), 'ssword'));
    it('changes nothing else', () => assert.equal(cut(['a-long-password'], 'one\ntwo\n'), 'one\ntwo\n'));
    it('takes empty text', () => assert.equal(cut(['a-long-password'], ''), ''));
  });
});
