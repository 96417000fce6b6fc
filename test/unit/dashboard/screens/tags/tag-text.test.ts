import assert from 'node:assert/strict';
import type { FieldError } from '../../../../../dashboard/api/types.js';
import { onlySet, tagEdits, tagText, typedTags } from '../../../../../dashboard/screens/tags/tag-text.js';

describe('tags as they are typed', () => {
  const read = (text: string) => {
    const wrong: FieldError[] = [];
    return { tags: typedTags(text, 'tags', wrong), wrong: wrong.map(({ message }) => message) };
  };

  it('are read back as they are written, whatever stands between them', () => {
    const tags = { disk: 'ssd', zone: 'a' };
    assert.equal(tagText(tags), 'disk=ssd zone=a');
    for (const text of ['disk=ssd zone=a', ' disk=ssd,zone=a ', 'disk=ssd,\n zone=a'])
      assert.deepEqual(read(text), { tags, wrong: [] }, text);
    assert.deepEqual(read(' '), { tags: {}, wrong: [] });
  });

  it('are refused where they are no pair, or there twice', () => {
    for (const text of ['ssd', '=ssd', 'disk='])
      assert.deepEqual(read(text).wrong, [
        `${JSON.stringify(text)} is not a valid tag: expected name=value, e.g. disk=ssd`,
      ]);
    assert.deepEqual(read('disk=ssd disk=hdd').wrong, ['The tag disk is given twice']);
    // Names of what every object has are names like others.
    assert.deepEqual(read('constructor=a').tags, { constructor: 'a' });
  });

  it('differ by what comes, changes and goes', () => {
    const before = { disk: 'ssd', zone: 'a' };
    const edits = tagEdits(before, { zone: 'b', gpu: 'yes' });
    assert.deepEqual(edits, { disk: null, zone: 'b', gpu: 'yes' });
    assert.deepEqual(onlySet(edits!), { zone: 'b', gpu: 'yes' });
    assert.equal(tagEdits(before, { zone: 'a', disk: 'ssd' }), undefined);
  });
});
