import assert from 'node:assert/strict';
import { annotatedFields } from '../../../../../dashboard/screens/flavors/annotated-fields.js';
import { fieldsWith, typedOf, valuesOf } from '../../../../../dashboard/screens/flavors/field-values.js';

const fields = annotatedFields(`# Size
memory: 1g
cpus: 1.5
zones: [a, b]
fixed: false
hosts:
  - address: 203.0.113.1
`);

describe('values of a form of annotated fields', () => {
  it('are of the kinds of the example, and those that are empty are not given', () => {
    const typed = { memory: ' 2g ', cpus: '0.5', zones: 'a, b  c', fixed: 'no', hosts: '[{"address":"h"}]' };
    assert.deepEqual(valuesOf(fields, typed, 'params'), {
      values: {
        ...{ memory: '2g', cpus: 0.5, zones: ['a', 'b', 'c'], fixed: false },
        hosts: [{ address: 'h' }],
      },
      wrong: [],
    });
    assert.deepEqual(valuesOf(fields, { memory: ' ', fixed: '' }, 'params').values, {});
  });

  it('that are no number go as they are, for the API to say; no JSON does not go', () => {
    assert.deepEqual(valuesOf(fields, { cpus: 'many' }, 'params').values, { cpus: 'many' });
    assert.deepEqual(
      valuesOf(fields, { hosts: '- address' }, 'params').wrong.map(({ field }) => field),
      ['params.hosts'],
    );
  });

  it('that are there come back as they would have been typed, those that no example has, too', () => {
    const values = { cpus: 2, zones: ['a'], fixed: true, hosts: [{ address: 'h' }], later: { x: 1 } };
    const all = fieldsWith(fields, values);
    const typed = typedOf(all, values);
    assert.deepEqual(
      [typed['cpus'], typed['zones'], typed['fixed'], 'memory' in typed],
      ['2', 'a', 'yes', false],
    );
    assert.deepEqual(valuesOf(all, typed, 'params').values, values);
  });
});
