import assert from 'node:assert/strict';
import { UserError } from '../../../base/errors.js';
import { checkMachine, type MachineFacts } from '../../../quickstart/preflight.js';

const debian: MachineFacts = {
  platform: 'linux',
  arch: 'x64',
  osRelease: 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  isRoot: true,
  freeBytes: 50 * 1024 ** 3,
  hasCgroups: true,
};

describe('quickstart preflight', () => {
  it('has nothing to say about Debian 12 on amd64', () => {
    assert.deepEqual(checkMachine(debian), []);
  });

  it('says what is not tried yet', () => {
    assert.match(
      checkMachine({ ...debian, osRelease: 'ID=ubuntu\nVERSION_ID="24.04"\n' })[0]!,
      /ubuntu 24\.04 on x64 .*not tried/,
    );
  });

  const failing: [string, Partial<MachineFacts>][] = [
    ['operating system', { platform: 'darwin' }],
    ['distribution', { osRelease: null }],
    ['distribution', { osRelease: 'ID=alpine\n' }],
    ['architecture', { arch: 'mips' }],
    ['root', { isRoot: false }],
    ['cgroups', { hasCgroups: false }],
    ['disk', { freeBytes: 1024 }],
  ];
  for (const [check, facts] of failing) {
    it(`names the check "${check}" for ${JSON.stringify(facts)}`, () => {
      assert.throws(
        () => checkMachine({ ...debian, ...facts }),
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
