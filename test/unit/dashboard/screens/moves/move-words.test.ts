import assert from 'node:assert/strict';
import { leftToDo, movePlaces } from '../../../../../dashboard/screens/moves/move-words.js';

describe('moves of a formation between hosts', () => {
  const guest = {
    id: 'shop',
    on: 'platform',
    also_on: null,
    passed_on_by: null,
    domains: ['shop.example.com'],
  };
  const open = ['large', 'platform', 'small'];

  it('go to each other host that is open to the person', () => {
    assert.deepEqual(movePlaces(guest, open), {
      large: 'large',
      small: 'small',
      shop: 'itself: nodes of its own',
    });
    assert.deepEqual(Object.keys(movePlaces(guest, ['platform'])), ['shop']);
    assert.deepEqual(movePlaces({ ...guest, on: null }, open), {});
    assert.equal(leftToDo(guest), undefined);
  });

  it('go back or on while the former host passes on, and nowhere else', () => {
    const moved = { ...guest, on: 'large', passed_on_by: 'platform' };
    assert.deepEqual(Object.keys(movePlaces(moved, open)), ['platform', 'large']);
    assert.deepEqual(Object.keys(movePlaces(moved, ['large'])), ['large']);
    assert.match(
      leftToDo(moved)!,
      /the proxies of platform pass on .* point shop\.example\.com at .* of large\./,
    );
    assert.match(leftToDo({ ...moved, domains: [] })!, /point whatever name leads there at/);
  });

  it('go back from nodes of its own, and to them', () => {
    const off = { ...guest, on: null, passed_on_by: 'platform' };
    assert.deepEqual(Object.keys(movePlaces(off, open)), ['platform', 'shop']);
    assert.match(leftToDo(off)!, /^It has moved to nodes of its own, .* at the proxies there\./);
    const back = { ...guest, passed_on_by: 'shop' };
    assert.deepEqual(Object.keys(movePlaces(back, [])), ['shop']);
  });

  it('go nowhere while something of it may be left on a host', () => {
    const left = { ...guest, also_on: 'large' };
    assert.deepEqual(movePlaces(left, open), {});
    assert.match(leftToDo(left)!, /^The nodes of large may hold something of it/);
  });
});
