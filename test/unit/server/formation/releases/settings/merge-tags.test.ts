import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import {
  mergeTags,
  namedTypes,
  summariseTags,
  typesThatAsk,
} from '../../../../../../server/formation/releases/settings/merge-tags.js';

describe('mergeTags', () => {
  const present = { web: { disk: 'ssd', zone: 'a' }, worker: { zone: 'b' } };

  it('sets, replaces and takes away, name by name, sorted', () => {
    assert.deepEqual(mergeTags({}, { web: { zone: 'a', disk: 'ssd' } }), { web: { disk: 'ssd', zone: 'a' } });
    assert.deepEqual(Object.keys(mergeTags({}, { b: { x: '1' }, a: { z: '1', y: '2' } })), ['a', 'b']);
    assert.deepEqual(mergeTags(present, { web: { zone: null, disk: 'hdd' } }), {
      web: { disk: 'hdd' },
      worker: { zone: 'b' },
    });
    assert.deepEqual(mergeTags(present, { worker: { zone: null } }), { web: present.web });
    assert.deepEqual(mergeTags(present, { web: null }), { worker: present.worker });
    assert.deepEqual(mergeTags(present, { clock: { zone: null } }), present);
  });

  const refuses = (changes: Parameters<typeof mergeTags>[1], field: string, why: RegExp): void =>
    assert.throws(
      () => mergeTags(present, changes),
      (error) => error instanceof UserError && error.field === field && why.test(error.message),
    );

  it('refuses what can be no tag, naming field and value', () => {
    for (const name of ['', '-disk', 'disk.', 'di sk', 'a'.repeat(64), 'größe', '__proto__', 'a\nb'])
      refuses(
        { web: Object.fromEntries([[name, 'ssd']]) },
        'tags.web',
        /is not a valid name of a tag: expected 1 to 63/,
      );
    for (const value of ['', ' ssd', 's/d', 'a'.repeat(64)])
      refuses(
        { web: { disk: value } },
        'tags.web.disk',
        /is not a valid value of the tag disk: expected 1 to 63/,
      );
    refuses({ web: { 'di sk': null } }, 'tags.web', /not a valid name/);
    refuses({}, 'tags', /at least one process type/);
    refuses({ web: {} }, 'tags.web', /at least one tag/);
    assert.deepEqual(mergeTags({}, { web: { ['a'.repeat(63)]: 'B_1.2-c' } }), {
      web: { ['a'.repeat(63)]: 'B_1.2-c' },
    });
  });

  it('takes 20 of a type, those that it has already among them', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, 'x']));
    assert.equal(Object.keys(mergeTags(present, { web: many(18) })['web']!).length, 20);
    refuses({ web: many(19) }, 'tags.web', /^21 tags are too many: expected at most 20$/);
  });

  it('says who asks for more, and what a change does', () => {
    const changes = { web: { disk: 'ssd', zone: null }, worker: { zone: null }, clock: null };
    assert.deepEqual(typesThatAsk(changes), ['web']);
    assert.deepEqual(namedTypes(changes), { web: changes.web, worker: null, clock: null });
    assert.equal(
      summariseTags(changes),
      'Place web where disk=ssd; place web whatever zone is; place worker whatever zone is; place clock anywhere',
    );
  });
});
