import assert from 'node:assert/strict';
import {
  changedMeanwhile,
  namesToMerge,
  realEdits,
  rowsOf,
  type Known,
} from '../../../../../dashboard/screens/config/config-edits.js';

const known = (names: readonly string[], revealed: Readonly<Record<string, string>> = {}): Known => ({
  names,
  revealed: new Map(Object.entries(revealed)),
});

describe('edits of a config', () => {
  it('are shown beside what is there, by name, with no value that nobody has revealed', () => {
    const edits = new Map([
      ['B', null],
      ['D', 'new'],
    ]);
    assert.deepEqual(rowsOf(known(['C', 'B', 'A'], { A: '1' }), edits), [
      { name: 'A', value: '1', isEdited: false },
      { name: 'B', value: null, isEdited: true },
      { name: 'C', value: undefined, isEdited: false },
      { name: 'D', value: 'new', isEdited: true },
    ]);
  });

  it('are none where they change nothing, and stay where nobody knows', () => {
    const edits = new Map([
      ['A', '1'],
      ['B', null],
      ['C', ''],
      ['HIDDEN', '1'],
    ]);
    assert.deepEqual(
      [...realEdits(known(['A', 'HIDDEN'], { A: '1' }), edits)],
      [
        ['C', ''],
        ['HIDDEN', '1'],
      ],
    );
  });

  const edits = new Map([
    ['COLOUR', 'red'],
    ['SIZE', 'large'],
    ['OLD', null],
    ['BLIND', null],
  ]);
  const changed = ['BLIND', 'COLOUR', 'OLD', 'SIZE', 'Z'];

  it('need the new values of what both set, and no others', () => {
    assert.deepEqual(namesToMerge(changed, ['BLIND', 'COLOUR', 'SIZE', 'Z'], edits), ['COLOUR', 'SIZE']);
    assert.deepEqual(namesToMerge(changed, ['COLOUR', 'Z'], edits), ['COLOUR']);
  });

  it('meet those of another person: what both changed is to be merged, what both made the same is not', () => {
    const edited = known(['BLIND', 'COLOUR', 'OLD', 'X'], { COLOUR: 'blue' });
    const now = known(['BLIND', 'COLOUR', 'SIZE', 'X', 'Z'], { COLOUR: 'green', SIZE: 'large' });
    assert.deepEqual(changedMeanwhile(edited, now, changed, edits), {
      changed,
      both: [
        { name: 'BLIND', before: undefined, theirs: undefined, yours: null },
        { name: 'COLOUR', before: 'blue', theirs: 'green', yours: 'red' },
      ],
    });
  });
});
