import assert from 'node:assert/strict';
import { z } from 'zod';
import { findUnstorable, isStorable } from '../../../../../../server/api/http/input/storable-text.js';
import { structure } from '../../../../../../server/api/http/input/json-field.js';

const field = structure(z.record(z.string(), z.unknown()));

describe('structure', () => {
  it('takes an object, or the same as a JSON string', () => {
    assert.deepEqual(field.parse({ size: 'm' }), { size: 'm' });
    assert.deepEqual(field.parse('{"size":"m"}'), { size: 'm' });
  });

  it('refuses text that is no JSON, and JSON of another shape', () => {
    for (const value of ['size=m', '', '"text"', '[1]', 'null', 7])
      assert.equal(field.safeParse(value).success, false, JSON.stringify(value));
  });

  it('looks inside the string for what cannot be stored', () => {
    assert.equal(field.safeParse('{"a":"\\u0000"}').success, false);
    assert.equal(field.safeParse('{"__proto__":{"x":1}}').success, false);
  });

  it('may be absent with a default', () => {
    assert.deepEqual(field.default({}).parse(undefined), {});
    assert.equal(field.optional().parse(undefined), undefined);
  });
});

describe('what can be stored', () => {
  it('is any text but a NUL, half a surrogate pair and __proto__', () => {
    for (const text of ['', 'plain', 'two\nlines', 'žluťoučký', '😀', 'it\'s "quoted" = $HOME'])
      assert.ok(isStorable(text), text);
    for (const text of ['a\0b', '\ud83d', 'x\ude00', '__proto__']) assert.equal(isStorable(text), false);
  });

  it('finds the place', () => {
    assert.equal(findUnstorable({ values: { A: 'x\0' } })?.field, 'values.A');
    assert.equal(findUnstorable({ values: { 'a\0': 'x' } })?.field, 'values');
    assert.equal(findUnstorable({ a: [1, null, true, { b: 'fine' }] }), undefined);
  });

  it('refuses bottomless nesting without running out of stack', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;
    assert.match(findUnstorable(deep)?.message ?? '', /deeper/);
  });
});
