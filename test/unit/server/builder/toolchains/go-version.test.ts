import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import { chooseGoVersion, goVersionOf } from '../../../../../server/builder/toolchains/go-version.js';

const available = [
  '1.9.7',
  '1.16.15',
  '1.21.0',
  '1.21.13',
  '1.22rc1',
  '1.22.0',
  '1.22.12',
  '1.24.4',
  '1.25rc2',
];

describe('the version of Go', () => {
  for (const [text, wanted] of [
    ['module a\n\ngo 1.22\n', '1.22'],
    ['module a\ngo 1.22.3\n', '1.22.3'],
    ['module a\ngo 1.21.0\n\ntoolchain go1.22.5\n', '1.22.5'],
    ['module a\n// +heroku goVersion go1.21.x\ngo 1.22\n', '1.21'],
    ['module a\ngo 1.22\ntoolchain default\n', '*'],
    ['module a\ngo 1.22rc1\n', '1.22rc1'],
    ['module a\n', '*'],
  ] as const)
    it(`is ${wanted} by ${JSON.stringify(text)}`, () => assert.equal(goVersionOf(text), wanted));

  it('is refused where it is none', () =>
    assert.throws(
      () => goVersionOf('module a\ngo latest\n'),
      (error) => error instanceof UserError && error.message.includes('"latest"') && error.field === 'go.mod',
    ));

  for (const [wanted, chosen] of [
    ['*', '1.24.4'],
    ['1.21', '1.21.13'],
    ['1.22', '1.22.12'],
    ['1.22.12', '1.22.12'],
    ['1.22rc1', '1.22rc1'],
    ['1.16', '1.16.15'],
  ] as const)
    it(`${wanted} becomes ${chosen}`, () => assert.equal(chooseGoVersion(wanted, available), chosen));

  for (const wanted of ['1.23', '1.22.13', '1.9', '2.0', '1.25'])
    it(`${wanted} is refused with those that can be had`, () =>
      assert.throws(
        () => chooseGoVersion(wanted, available),
        (error) =>
          error instanceof UserError &&
          error.message ===
            `Go ${wanted}, which go.mod asks for, cannot be had: expected one of 1.24, 1.22, 1.21, 1.16`,
      ));
});
