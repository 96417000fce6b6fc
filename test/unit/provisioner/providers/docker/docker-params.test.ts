import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { UserError } from '../../../../../base/errors.js';
import {
  dockerParamsExample,
  parseDockerParams,
} from '../../../../../provisioner/providers/docker/docker-params.js';

const refusal = (params: unknown): string => {
  try {
    parseDockerParams(params);
  } catch (error) {
    assert.ok(error instanceof UserError);
    return `${error.field}: ${error.message}`;
  }
  return 'accepted';
};

describe('params of a docker flavor', () => {
  it('may be none at all', () => {
    assert.deepEqual(parseDockerParams({}), {});
    assert.deepEqual(parseDockerParams(undefined), {});
  });

  it('are what the example shows', () => {
    assert.deepEqual(parseDockerParams(parse(dockerParamsExample)), {
      memory: '1g',
      cpus: 1.5,
      image: 'deis/node:bookworm',
    });
  });

  it('name field, value and what to do when wrong', () => {
    assert.equal(
      refusal({ memory: '1 gig' }),
      'params.memory: params.memory is "1 gig": must be a size like 512m or 2g',
    );
    assert.equal(
      refusal({ memory: 512 }),
      'params.memory: params.memory is 512: must be a size like 512m or 2g',
    );
    assert.equal(refusal({ memory: '16m' }), 'params.memory: params.memory is "16m": must be at least 128m');
    assert.equal(
      refusal({ cpus: '2' }),
      'params.cpus: params.cpus is "2": must be a number of processors like 1.5',
    );
    assert.equal(refusal({ cpus: 0 }), 'params.cpus: params.cpus is 0: must be at least 0.05');
    assert.match(refusal({ image: '--privileged' }), /^params\.image: /);
    assert.equal(
      refusal({ memry: '1g' }),
      'params.memry: params.memry is "1g": no such param; there are memory, cpus and image',
    );
    assert.match(refusal('1g'), /^params: /);
  });
});
