import assert from 'node:assert/strict';
import { defaultRunLists, needsOf } from '../../../cookbooks/run-list.js';

describe('needsOf', () => {
  it('is what the recipes declare, all together', () => {
    const needs = (...runList: string[]): string[] => [...needsOf(runList)].sort();
    assert.deepEqual(
      Object.values(defaultRunLists).map((runList) => needs(...runList)),
      [['apps'], ['proxy'], ['apps', 'proxy'], []],
    );
    assert.deepEqual(needs(...defaultRunLists.runtime, ...defaultRunLists.proxy), ['apps', 'proxy']);
    assert.deepEqual(needs('recipe[deis::default]', 'recipe[mydb::server]'), ['site']);
  });
});
