import assert from 'node:assert/strict';
import { tagChanges, tagsOfNodes, typedOfTypes } from '../../../../../dashboard/screens/tags/tag-edits.js';

describe('what process types ask of their nodes', () => {
  const before = typedOfTypes({ release: 3, tags: { web: { disk: 'ssd', zone: 'a' } } }, ['worker', 'web']);

  it('is typed for each, also for those that ask for nothing', () => {
    assert.deepEqual(before, { web: 'disk=ssd zone=a', worker: '' });
  });

  it('is sent as far as it differs; a type of which nothing is left asks for no tag any more', () => {
    assert.deepEqual(tagChanges(before, before), { changes: undefined, wrong: [] });
    assert.deepEqual(tagChanges(before, { web: 'zone=b', worker: 'gpu=yes' }).changes, {
      web: { disk: null, zone: 'b' },
      worker: { gpu: 'yes' },
    });
    assert.deepEqual(tagChanges(before, { ...before, web: ' ' }).changes, { web: null });
  });

  it('is refused beside the type where it is none', () => {
    const { wrong } = tagChanges(before, { ...before, worker: 'ssd' });
    assert.deepEqual(
      wrong.map(({ field }) => field),
      ['tags.worker'],
    );
  });

  it('is shown beside what the nodes have', () => {
    const nodes: { tags: Record<string, string> }[] = [
      { tags: { disk: 'ssd', zone: 'a' } },
      { tags: {} },
      { tags: { disk: 'ssd', zone: 'b' } },
    ];
    assert.deepEqual(tagsOfNodes(nodes), ['disk=ssd', 'zone=a', 'zone=b']);
  });
});
