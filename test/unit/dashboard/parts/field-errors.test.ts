import assert from 'node:assert/strict';
import { areBeside, errorAt } from '../../../../dashboard/parts/field-errors.js';

describe('errors beside fields', () => {
  const errors = [{ field: 'params.subnets.0', message: 'must be a subnet id' }];

  it('stand beside the field, or that which holds it, and not beside one of a like name', () => {
    assert.equal(errorAt(errors, 'params.subnets'), 'must be a subnet id');
    assert.equal(errorAt(errors, 'params.sub'), undefined);
  });

  it('are said apart where one has no field', () => {
    assert.equal(areBeside(errors, ['id', 'params.subnets']), true);
    assert.equal(areBeside([...errors, { field: 'params.vpc', message: '' }], ['params.subnets']), false);
    assert.equal(areBeside([], ['id']), false);
  });
});
