import assert from 'node:assert/strict';
import { readPushOptions } from '../../../../../server/git/push/push-options.js';

describe('options of a push', () => {
  it('are read', () => {
    assert.deepEqual(readPushOptions([]), { cancels: false });
    assert.deepEqual(readPushOptions(['dockerfile=docker/web.Dockerfile', 'cancel-on-disconnect']), {
      cancels: true,
      dockerfile: 'docker/web.Dockerfile',
    });
  });

  it('are refused in a sentence', () => {
    const refusal = (...options: string[]): string => {
      const read = readPushOptions(options);
      return 'refuse' in read ? read.refuse : assert.fail(`${options.join(' ')} was taken`);
    };
    assert.match(refusal('skip-build'), /no push option skip-build; there are cancel-on-disconnect and/);
    assert.match(
      refusal('dockerfile=a', 'dockerfile=b'),
      /one Dockerfile at a time: this push names a and b/,
    );
    for (const path of [
      '',
      '/etc/passwd',
      '../Dockerfile',
      'a/../../b',
      'a//b',
      '-f',
      'a b',
      'a\nb',
      'a'.repeat(201),
    ])
      assert.match(refusal(`dockerfile=${path}`), /not a valid path of a Dockerfile/);
  });
});
