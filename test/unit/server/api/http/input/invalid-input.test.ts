import assert from 'node:assert/strict';
import { z } from 'zod';
import { InvalidInput, parseInput } from '../../../../../../server/api/http/input/invalid-input.js';

const schema = z.strictObject({
  id: z.string(),
  level: z.int('must be a whole number').optional(),
  nested: z.strictObject({ a: z.string() }).optional(),
});

function errorsOf(value: unknown): readonly unknown[] {
  try {
    parseInput(schema, value);
  } catch (error) {
    assert.ok(error instanceof InvalidInput);
    return error.errors;
  }
  return [];
}

describe('parseInput', () => {
  it('gives the value out', () => {
    assert.deepEqual(parseInput(schema, { id: 'web', level: 3 }), { id: 'web', level: 3 });
  });

  it('names each unknown field, nested ones by their path', () => {
    assert.deepEqual(errorsOf({ id: 'a', idd: 1, x: 2, nested: { a: 'b', c: 1 } }), [
      { field: 'nested.c', message: 'unknown field' },
      { field: 'idd', message: 'unknown field' },
      { field: 'x', message: 'unknown field' },
    ]);
  });

  it('says that a missing field is required', () => {
    assert.deepEqual(errorsOf({}), [{ field: 'id', message: 'is required' }]);
  });

  it('takes no text for a number and no fraction for an integer', () => {
    assert.deepEqual(errorsOf({ id: 'a', level: '2' }), [
      { field: 'level', message: 'must be a whole number' },
    ]);
    assert.deepEqual(errorsOf({ id: 'a', level: 2.5 }), [
      { field: 'level', message: 'must be a whole number' },
    ]);
  });

  it('says what is wrong with a key of a record', () => {
    const record = z.record(z.string().regex(/^[a-z]+$/, 'must be lower-case'), z.int());
    assert.throws(
      () => parseInput(record, { 'A b': 1 }),
      (error) =>
        error instanceof InvalidInput &&
        error.errors[0]?.field === 'A b' &&
        error.errors[0].message === 'must be lower-case',
    );
  });

  const manyNames = (count: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, 1]));
  const manyKinds: Record<string, readonly [z.ZodType, unknown]> = {
    'unknown fields': [z.strictObject({}), manyNames(5000)],
    'wrong values of a record': [z.record(z.string(), z.string()), manyNames(5000)],
    'wrong keys of a record': [z.record(z.string().max(1), z.int()), manyNames(5000)],
    'wrong items of a list': [z.array(z.string()), Array.from({ length: 5000 }, () => 1)],
  };
  for (const [what, [wide, value]] of Object.entries(manyKinds))
    it(`names the first 20 of 5000 ${what}, and how many there are`, () => {
      assert.throws(
        () => parseInput(wide, value),
        (error) =>
          error instanceof InvalidInput &&
          error.errors.length === 20 &&
          error.total === 5000 &&
          error.message.endsWith('; and 4980 more') &&
          error.message.length < 3000,
      );
    });

  it('names 20 without more words, and shortens long names', () => {
    assert.throws(
      () => parseInput(z.strictObject({}), manyNames(20)),
      (error) =>
        error instanceof InvalidInput && error.total === 20 && /x19: unknown field$/.test(error.message),
    );
    const [long] = errorsOf({ id: 'a', ['y'.repeat(2_000_000)]: 1 }) as readonly [{ field: string }];
    assert.equal(long.field, `${'y'.repeat(300)}…`);
  });

  it('refuses what is no object at all', () => {
    for (const value of [[], 'x', 3, null]) assert.equal(errorsOf(value).length, 1);
  });
});
