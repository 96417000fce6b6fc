import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { knownHostsFile } from '../../../../cli/git/known-hosts-file.js';

describe('where the ssh of git keeps host keys', () => {
  const endpoint = { host: '192.0.2.1', port: 2222 };
  let home: string;
  const find = (env: Record<string, string> = {}): Promise<string | undefined> =>
    knownHostsFile({ cwd: home, home, env: { HOME: home, ...env } }, endpoint);
  const configure = (command: string): void => {
    execFileSync('git', ['init', '-q'], { cwd: home });
    execFileSync('git', ['config', 'core.sshCommand', command], { cwd: home });
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'deis-known-hosts-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is below the home folder that the system knows, whatever HOME says', async () => {
    assert.equal(
      await find({ GIT_SSH_COMMAND: 'ssh -F /dev/null' }),
      join(userInfo().homedir, '.ssh', 'known_hosts'),
    );
  });

  it('is what the configuration of ssh says, for this host and port', async () => {
    writeFileSync(join(home, 'config'), `Host 192.0.2.1\n  UserKnownHostsFile ${home}/deis_hosts\n`);
    assert.equal(await find({ GIT_SSH_COMMAND: `ssh -F ${home}/config` }), `${home}/deis_hosts`);
  });

  it('is what the repository gives ssh, and the environment before it', async () => {
    configure(`ssh -F /dev/null -o 'UserKnownHostsFile="${home}/a folder/known_hosts"'`);
    assert.equal(await find(), `${home}/a folder/known_hosts`);
    assert.equal(await find({ GIT_SSH_COMMAND: `ssh -o UserKnownHostsFile=${home}/other` }), `${home}/other`);
  });

  it('is none where ssh keeps none', async () => {
    for (const file of ['none', '/dev/null'])
      assert.equal(await find({ GIT_SSH_COMMAND: `ssh -o UserKnownHostsFile=${file}` }), undefined);
  });

  it('is the usual one below HOME where ssh does not tell', async () => {
    for (const command of ['false', 'no-such-ssh', 'echo plink:'])
      assert.equal(await find({ GIT_SSH_COMMAND: command }), join(home, '.ssh', 'known_hosts'));
  });
});
