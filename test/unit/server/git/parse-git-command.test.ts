import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseGitCommand, refusalOfCommand } from '../../../../server/git/parse-git-command.js';

describe('parseGitCommand', () => {
  for (const command of [
    "git-receive-pack 'app.git'",
    "git-receive-pack '/app.git'",
    "git receive-pack 'app.git'",
    "git-receive-pack 'app'",
    'git-receive-pack "app.git"',
    'git-receive-pack app.git',
    "git-receive-pack '/app.git/'",
  ]) {
    it(`takes ${command}`, () => {
      assert.deepEqual(parseGitCommand(command), { service: 'receive-pack', formation: 'app' });
    });
  }

  it('takes a fetch', () => {
    assert.deepEqual(parseGitCommand("git-upload-pack '/peachy-waxworks.git'"), {
      service: 'upload-pack',
      formation: 'peachy-waxworks',
    });
  });

  for (const command of [
    '',
    'ls',
    'sh',
    'git-shell',
    'git-upload-archive app.git',
    "git-receive-pack '../app.git'",
    "git-receive-pack '/etc/passwd'",
    "git-receive-pack 'a/b.git'",
    "git-receive-pack '//app.git'",
    "git-receive-pack 'app.git'; id",
    "git-receive-pack 'app.git' 'b.git'",
    "git-receive-pack 'app.git\n'",
    "git-receive-pack 'app.git'\nid",
    'git-receive-pack $(id)',
    "git-receive-pack 'app.git",
    'git-receive-pack \'app.git"',
    "git-receive-pack --upload-pack=id 'app.git'",
    "git-receive-pack '--help'",
    "git-receive-pack 'APP.git'",
    "git-receive-pack '.git'",
    "git-receive-pack ''",
    "git-receive-pack 'app\0.git'",
    "git-receive-pack 'äpp.git'",
    `git-receive-pack '${'a'.repeat(41)}.git'`,
    "GIT_DIR=/ git-receive-pack 'app.git'",
  ]) {
    it(`refuses ${JSON.stringify(command)}`, () => {
      assert.equal(parseGitCommand(command), undefined);
    });
  }

  it('never lets anything but a plain name through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const parsed = parseGitCommand(`git-receive-pack '${text}'`);
        assert.ok(parsed === undefined || /^[a-z][a-z0-9-]*$/.test(parsed.formation));
      }),
    );
  });
});

describe('refusalOfCommand', () => {
  it('answers Git LFS in a sentence of its own', () => {
    for (const command of ["git-lfs-authenticate 'app.git' upload", 'git-lfs-transfer app.git upload'])
      assert.match(refusalOfCommand(command), /^Git LFS is not kept here, .*git lfs migrate export/);
    for (const command of ['id', 'git-lfs', 'x git-lfs-transfer'])
      assert.match(refusalOfCommand(command), /^only git push and git fetch/);
  });
});
