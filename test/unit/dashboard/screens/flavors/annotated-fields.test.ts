import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { annotatedFields } from '../../../../../dashboard/screens/flavors/annotated-fields.js';
import { valuesOf } from '../../../../../dashboard/screens/flavors/field-values.js';
import { ec2ParamNames } from '../../../../../provisioner/providers/ec2/ec2-params.js';
import { providerTypes } from '../../../../../provisioner/provider-types.js';

describe('fields of annotated examples', () => {
  for (const { type, paramsExample, credsExample } of providerTypes)
    it(`are those of ${type}, and the values that its example has`, () => {
      for (const example of [paramsExample, credsExample]) {
        const fields = annotatedFields(example);
        const values = (parse(example) ?? {}) as Record<string, unknown>;
        const alternatives = fields.filter(({ name }) => !(name in values)).map(({ name }) => name);
        assert.deepEqual(alternatives, example === credsExample && type === 'ec2' ? ['source'] : []);
        const [flat, structures] = [false, true].map((isWanted) =>
          fields.filter(({ kind, name }) => name in values && (kind === 'structure') === isWanted),
        );
        const typed = Object.fromEntries(
          flat!.map(({ name, kind, example: text }) => [
            name,
            kind === 'yes-no' ? (text === 'true' ? 'yes' : 'no') : text.replace(/^\[(.*)\]$/, '$1'),
          ]),
        );
        const read = valuesOf(flat!, typed, 'params').values;
        for (const { name } of flat!) assert.deepEqual(read[name], values[name], `${type}: ${name}`);
        assert.equal(flat!.length + structures!.length, Object.keys(values).length);
        for (const { name, example: text } of structures!) assert.deepEqual(parse(text), values[name]);
      }
    });

  const ec2 = providerTypes.find(({ type }) => type === 'ec2')!;

  it('have their comment as help, and say what is required and what is secret', () => {
    const fields = annotatedFields(ec2.paramsExample);
    assert.deepEqual(
      fields.map(({ name }) => name),
      ec2ParamNames,
    );
    assert.deepEqual(
      fields.filter(({ isRequired }) => isRequired).map(({ name, help }) => [name, help]),
      [['region', 'EC2 region']],
    );
    assert.match(fields.find(({ name }) => name === 'subnets')!.help, /^Subnets .* of the named VPC$/);
    const creds = annotatedFields(ec2.credsExample);
    assert.deepEqual(
      creds.filter(({ isSecret }) => isSecret).map(({ name }) => name),
      ['secret_access_key'],
    );
    assert.match(creds.find(({ name }) => name === 'source')!.help, /^Instead of keys: /);
  });
});
