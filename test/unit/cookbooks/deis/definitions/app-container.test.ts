import assert from 'node:assert/strict';
import { containerName } from '../../../../../cookbooks/deis/definitions/app-container.js';

describe('the container of a placement', () => {
  const placement = { type: 'web', num: 1, release: 7, node: 'n', port: 5001, state: 'serving' as const };

  it('names containers of two formations apart, and those of two releases, numbers and ports', () => {
    const name = (id: string, change: Partial<typeof placement> = {}): string =>
      containerName({ id }, { ...placement, ...change });
    const names = [
      name('app'),
      name('other'),
      name('app', { num: 2 }),
      name('app', { release: 8 }),
      name('app', { port: 5002 }),
      name('app', { type: 'worker' }),
    ];
    assert.equal(new Set(names).size, names.length);
    for (const each of names) assert.match(each, /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
  });
});
