import assert from 'node:assert/strict';
import { parseContainerName } from '../../../../../cli/terminal/input/container-name.js';

describe('parseContainerName', () => {
  it('reads a process type, a container, or nothing', () => {
    assert.deepEqual(
      [parseContainerName(undefined), parseContainerName('web'), parseContainerName('web.12')],
      [{}, { type: 'web' }, { type: 'web', num: 12 }],
    );
  });

  it('refuses anything else, naming it', () => {
    for (const text of ['', 'web.', 'web.0', 'web.x', '.1', 'web.1.2', 'a b'])
      assert.throws(() => parseContainerName(text), /is not a valid process/, text);
  });
});
