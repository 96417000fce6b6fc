import assert from 'node:assert/strict';
import { changedMeanwhile, realEdits, rowsOf } from '../../../../../dashboard/screens/config/config-edits.js';

describe('edits of a config', () => {
  it('are shown beside what is there, by name', () => {
    const edits = new Map([
      ['B', null],
      ['C', 'new'],
    ]);
    assert.deepEqual(rowsOf({ B: '2', A: '1' }, edits), [
      { name: 'A', value: '1', isEdited: false },
      { name: 'B', value: null, isEdited: true },
      { name: 'C', value: 'new', isEdited: true },
    ]);
  });

  it('are none where they change nothing', () => {
    const edits = new Map([
      ['A', '1'],
      ['B', null],
      ['C', ''],
    ]);
    assert.deepEqual([...realEdits({ A: '1' }, edits)], [['C', '']]);
  });

  it('meet those of another person: what both changed is to be merged, what both made the same is not', () => {
    const edits = new Map([
      ['COLOUR', 'red'],
      ['SIZE', 'large'],
      ['OLD', null],
    ]);
    const [edited, now] = [
      { COLOUR: 'blue', OLD: '1', X: 'y' },
      { COLOUR: 'green', SIZE: 'large', Z: 'z', X: 'y' },
    ];
    assert.deepEqual(changedMeanwhile(edited, now, edits), {
      changed: ['COLOUR', 'OLD', 'SIZE', 'Z'],
      both: [{ name: 'COLOUR', before: 'blue', theirs: 'green', yours: 'red' }],
    });
  });
});
