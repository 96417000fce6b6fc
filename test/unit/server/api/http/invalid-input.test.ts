import assert from 'node:assert/strict';
import { z } from 'zod';
import { InvalidInput, parseInput } from '../../../../../server/api/http/invalid-input.js';

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

  it('refuses what is no object at all', () => {
    for (const value of [[], 'x', 3, null]) assert.equal(errorsOf(value).length, 1);
  });
});
