import assert from 'node:assert/strict';
import { UserError } from '../../../base/errors.js';
import { osRelease } from '../../support/nodes/os-release.js';
import { checkMachine, type Machine } from '../../../quickstart/preflight.js';

const debian: Machine = {
  platform: 'linux',
  arch: 'x64',
  osRelease: 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  isRoot: true,
  freeBytes: 50 * 1024 ** 3,
  hasCgroups: true,
};

describe('quickstart preflight', () => {
  for (const system of ['debian-12', 'debian-13'] as const) {
    it(`has nothing to say about ${system} on amd64`, () => {
      assert.deepEqual(checkMachine({ ...debian, osRelease: osRelease(system) }), []);
    });
  }

  it('says what is not tried yet', () => {
    assert.match(
      checkMachine({ ...debian, osRelease: osRelease('ubuntu-24.04') })[0]!,
      /ubuntu 24\.04 on x64 .*not tried/,
    );
  });

  const failing: [string, Partial<Machine>][] = [
    ['operating system', { platform: 'darwin' }],
    ['distribution', { osRelease: null }],
    ['distribution', { osRelease: 'ID=alpine\n' }],
    ['architecture', { arch: 'mips' }],
    ['root', { isRoot: false }],
    ['cgroups', { hasCgroups: false }],
    ['disk', { freeBytes: 1024 }],
  ];
  for (const [check, machine] of failing) {
    it(`names the check "${check}" for ${JSON.stringify(machine)}`, () => {
      assert.throws(
        () => checkMachine({ ...debian, ...machine }),
        (error: unknown) =>
          error instanceof UserError && error.field === check && error.message.includes(`"${check}"`),
      );
    });
  }

  it('names the first failing check only', () => {
    assert.throws(
      () => checkMachine({ ...debian, osRelease: 'ID=alpine\n', isRoot: false, freeBytes: 0 }),
      /"distribution"/,
    );
  });
});
