import assert from 'node:assert/strict';
import { UserError } from '../../../base/errors.js';
import { defaultRunLists, expandRunList, parseRunList } from '../../../cookbooks/run-list.js';

describe('run lists', () => {
  it('parses the 2013 form', () => {
    assert.deepEqual(parseRunList(' recipe[deis::default], recipe[deis::docker],,recipe[deis::default]'), [
      'recipe[deis::default]',
      'recipe[deis::docker]',
    ]);
    assert.deepEqual(parseRunList(''), []);
  });

  it('names an unknown recipe, its field and the known ones', () => {
    for (const name of ['recipe[deis::nope]', 'deis::runtime', 'role[web]'])
      assert.throws(
        () => parseRunList(name),
        (error) =>
          error instanceof UserError &&
          error.field === 'run_list' &&
          error.message.includes(name) &&
          error.message.includes('recipe[deis::runtime]'),
      );
    assert.throws(() => expandRunList(['recipe[deis::nope]']), UserError);
  });

  it('knows every recipe of the default run lists, each once', () => {
    for (const runList of Object.values(defaultRunLists))
      assert.equal(new Set(expandRunList([...runList, ...runList])).size, runList.length);
  });
});
