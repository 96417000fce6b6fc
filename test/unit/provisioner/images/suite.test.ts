import assert from 'node:assert/strict';
import { UserError } from '../../../../base/errors.js';
import { imageChoice } from '../../../../provisioner/images/suite.js';

describe('the suite of the images', () => {
  it('is bookworm unless the environment names another', () => {
    assert.deepEqual(imageChoice({}), { suite: 'bookworm', mirror: undefined });
    assert.deepEqual(imageChoice({ DEIS_SUITE: '', DEIS_MIRROR: '' }), {
      suite: 'bookworm',
      mirror: undefined,
    });
    assert.deepEqual(imageChoice({ DEIS_SUITE: 'trixie', DEIS_MIRROR: 'https://mirror.example/debian' }), {
      suite: 'trixie',
      mirror: 'https://mirror.example/debian',
    });
  });

  for (const [name, value] of [
    ['DEIS_SUITE', 'noble'],
    ['DEIS_SUITE', 'constructor'],
    ['DEIS_MIRROR', 'mirror.example/debian'],
    ['DEIS_MIRROR', 'ftp://mirror.example/debian'],
    ['DEIS_MIRROR', 'http://mirror.example/debian [trusted=yes]'],
    ['DEIS_MIRROR', 'http://mirror.example/debian\ndeb http://other.example sid main'],
  ] as const) {
    it(`refuses ${name}=${JSON.stringify(value)}, and says what is expected`, () => {
      assert.throws(
        () => imageChoice({ [name]: value }),
        (error) => error instanceof UserError && error.field === name && /expected/.test(error.message),
      );
    });
  }
});
