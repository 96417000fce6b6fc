import assert from 'node:assert/strict';
import {
  begin,
  catchUp,
  discard,
  edit,
  editAll,
  hide,
  show,
  unknownOf,
  wantedToCatchUp,
} from '../../../../../dashboard/screens/config/config-state.js';

const first = { version: 1, tag: '"1"', names: ['COLOUR', 'SECRET'] };

describe('a config as somebody sees and edits it', () => {
  it('begins without a value, and asks for each that is to be seen', () => {
    const state = begin(first);
    assert.deepEqual(unknownOf(state, ['COLOUR', 'SECRET', 'NEW']), ['COLOUR', 'SECRET']);
    const shown = show(state, ['COLOUR'], { COLOUR: 'blue' });
    assert.deepEqual([...shown.shown], ['COLOUR']);
    assert.deepEqual(unknownOf(shown, ['COLOUR', 'SECRET']), ['SECRET']);
  });

  it('forgets what is hidden again, but not what is being edited', () => {
    const shown = show(begin(first), ['COLOUR', 'SECRET'], { COLOUR: 'blue', SECRET: 's' });
    const hidden = hide(edit(shown, 'COLOUR', 'red'), ['COLOUR', 'SECRET']);
    assert.deepEqual([...hidden.known.revealed.keys()], ['COLOUR']);
    assert.equal(hidden.shown.size, 0);
    assert.deepEqual(unknownOf(discard(hidden), ['COLOUR', 'SECRET']), ['SECRET']);
  });

  it('takes an edit for none that turns out to change nothing, and undoes one', () => {
    const typed = edit(begin(first), 'COLOUR', 'blue');
    assert.deepEqual([...typed.edits], [['COLOUR', 'blue']]);
    assert.equal(show(typed, ['COLOUR'], { COLOUR: 'blue' }).edits.size, 0);
    assert.equal(edit(typed, 'COLOUR', undefined).edits.size, 0);
  });

  it('is edited as a whole: what a text does not name goes, and what is the same is no edit', () => {
    const shown = show(begin(first), ['COLOUR', 'SECRET'], { COLOUR: 'blue', SECRET: 's' });
    const edited = editAll(
      edit(shown, 'OLD', 'x'),
      new Map([
        ['COLOUR', 'blue'],
        ['SIZE', 'large'],
      ]),
    );
    assert.deepEqual(
      [...edited.edits],
      [
        ['SIZE', 'large'],
        ['SECRET', null],
      ],
    );
  });

  it('is put on top of what another person changed, with what is known and is still so', () => {
    const shown = show(begin(first), ['COLOUR', 'SECRET'], { COLOUR: 'blue', SECRET: 's' });
    const mine = edit(edit(shown, 'COLOUR', 'red'), 'NEW', 'n');
    const now = { version: 2, tag: '"2"', names: ['COLOUR', 'SECRET', 'THEIRS'] };
    const changed = ['COLOUR', 'THEIRS'];
    assert.deepEqual(wantedToCatchUp(mine, now, changed), ['COLOUR']);
    const next = catchUp(mine, now, changed, { COLOUR: 'green' });
    assert.deepEqual([next.version, next.tag], [2, '"2"']);
    assert.deepEqual(Object.fromEntries(next.known.revealed), { SECRET: 's', COLOUR: 'green' });
    assert.deepEqual(next.meanwhile?.both, [
      { name: 'COLOUR', before: 'blue', theirs: 'green', yours: 'red' },
    ]);
    assert.deepEqual(Object.fromEntries(next.edits), { COLOUR: 'red', NEW: 'n' });
    assert.equal(edit(next, 'COLOUR', 'green').edits.has('COLOUR'), false, 'theirs was taken');
  });
});
