import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import { mergeConfig, summariseConfig } from '../../../../../server/formation/releases/merge-config.js';

const refused = (changes: Record<string, string | null>, why: RegExp, field: string, present = {}): void => {
  assert.throws(
    () => mergeConfig(present, changes),
    (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, why);
      assert.equal(error.field, field);
      for (const value of Object.values(changes))
        assert.ok(value === null || value.length < 8 || !error.message.includes(value), 'shows a value');
      return true;
    },
  );
};

describe('mergeConfig', () => {
  it('adds, replaces and unsets, sorted by name', () =>
    assert.deepEqual(Object.entries(mergeConfig({ B: '1', C: '2', A: '3' }, { C: null, B: '9', _x: '' })), [
      ['A', '3'],
      ['B', '9'],
      ['_x', ''],
    ]));
  it('takes any text as a value', () =>
    assert.equal(mergeConfig({}, { A: `a=b "c"\n$HOME \`x\` ü 'd'` })['A'], `a=b "c"\n$HOME \`x\` ü 'd'`));
  it('unsets what is not set without a word', () => assert.deepEqual(mergeConfig({}, { A: null }), {}));
  it('takes __proto__ for a name like any other', () => {
    const merged = mergeConfig({}, JSON.parse('{"__proto__": "x"}') as Record<string, string>);
    assert.equal(Object.hasOwn(merged, '__proto__'), true);
  });

  for (const name of ['', '1A', 'A-B', 'A B', 'A=B', 'Ä', 'A\n'])
    it(`refuses the name ${JSON.stringify(name)}`, () =>
      refused({ [name]: 'long secret value' }, /cannot be the name/, `values.${name}`));
  for (const name of ['PORT', 'DEIS_X', 'DEIS_'])
    it(`refuses ${name}, also to unset it`, () => {
      refused({ [name]: '1' }, /set by the platform/, `values.${name}`);
      refused({ [name]: null }, /set by the platform/, `values.${name}`);
    });
  it('takes DEIS_DEPLOY_BRANCH, the one of the platform that is set here, when it names a branch', () => {
    for (const name of ['production', 'live/eu', 'v1.2', '_x'])
      assert.deepEqual(mergeConfig({}, { DEIS_DEPLOY_BRANCH: name }), { DEIS_DEPLOY_BRANCH: name });
    assert.deepEqual(mergeConfig({ DEIS_DEPLOY_BRANCH: 'live' }, { DEIS_DEPLOY_BRANCH: null }), {});
    for (const name of [
      '',
      '-f',
      'a b',
      'a..b',
      '/a',
      'a/',
      'a//b',
      '.a',
      'a/.b',
      'a.lock',
      'a.',
      'ä',
      'x'.repeat(201),
    ])
      refused({ DEIS_DEPLOY_BRANCH: name }, /not a valid branch/, 'values.DEIS_DEPLOY_BRANCH');
  });
  it('refuses a name that is too long', () =>
    refused({ ['A'.repeat(256)]: '1' }, /cannot be the name/, `values.${'A'.repeat(256)}`));
  it('refuses a NUL byte', () => refused({ A: 'secret\0secret' }, /NUL byte/, 'values.A'));
  it('refuses nothing at all', () => refused({}, /at least one/, 'values'));

  it('counts bytes, not characters: 64 KiB of a value go, one more does not', () => {
    assert.ok(mergeConfig({}, { A: 'ü'.repeat(32 * 1024) }));
    refused({ A: `${'ü'.repeat(32 * 1024)}x` }, /65537 bytes: at most 65536/, 'values.A');
  });

  it('refuses more than 256 KiB in all', () => {
    const present = Object.fromEntries(['A', 'B', 'C', 'D'].map((name) => [name, 'x'.repeat(60 * 1024)]));
    assert.ok(mergeConfig(present, { E: 'x'.repeat(10 * 1024) }));
    refused({ E: 'x'.repeat(30 * 1024) }, /at most 262144/, 'values', present);
  });
});

describe('summariseConfig', () => {
  it('tells names and never values', () =>
    assert.equal(summariseConfig({ B: 'secret', A: 'secret', C: null }), 'Set A, B; unset C'));
  it('tells what is only unset', () => assert.equal(summariseConfig({ C: null }), 'Unset C'));
});
