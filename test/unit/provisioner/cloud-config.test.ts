import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { UserError } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import { cloudConfig, type CloudConfigRequest } from '../../../provisioner/cloud-config.js';

const request: CloudConfigRequest = {
  hostname: 'peachy-waxworks-runtime-1',
  username: 'deis',
  authorizedKey: 'ssh-ed25519 AAAAuser',
  hostPublicKey: 'ssh-ed25519 AAAAhost',
  hostPrivateKey: new Secret('-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----'),
  init: '',
};
const configOf = (init: string): Record<string, unknown> =>
  parse(cloudConfig({ ...request, init }).reveal()) as Record<string, unknown>;

describe('cloud-config', () => {
  it('begins as cloud-init wants it and prints as a secret', () => {
    assert.ok(cloudConfig(request).reveal().startsWith('#cloud-config\n'));
    assert.equal(`${cloudConfig(request)}`, '[redacted]');
  });

  it("lets in the layer's key alone and shows the pinned host key alone", () => {
    const config = configOf('');
    assert.deepEqual(config['users'], [
      {
        name: 'deis',
        shell: '/bin/bash',
        lock_passwd: true,
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        ssh_authorized_keys: ['ssh-ed25519 AAAAuser'],
      },
    ]);
    assert.deepEqual(config['ssh_keys'], {
      ed25519_private: '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n',
      ed25519_public: 'ssh-ed25519 AAAAhost',
    });
    assert.deepEqual(
      [config['ssh_deletekeys'], config['disable_root'], config['ssh_pwauth'], config['locale']],
      [true, true, false, false],
    );
  });

  it('appends the lists of init to its own and keeps what it does not know', () => {
    const config = configOf('users:\n- name: ops\nruncmd:\n- [touch, /etc/seen]\nlocale: C.UTF-8\n');
    assert.deepEqual(
      (config['users'] as { name: string }[]).map((user) => user.name),
      ['deis', 'ops'],
    );
    assert.deepEqual(config['runcmd'], [['touch', '/etc/seen']]);
    assert.equal(config['locale'], 'C.UTF-8');
  });

  it('takes an init that is empty or only a comment', () => {
    assert.deepEqual(configOf('#cloud-config\n'), configOf(''));
  });

  const refused = (init: string): UserError => {
    try {
      cloudConfig({ ...request, init });
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error;
    }
    throw new assert.AssertionError({ message: `accepted: ${init}` });
  };

  it('refuses bad YAML with the line', () => {
    assert.match(refused('runcmd:\n- ls\npackages: [curl\n').message, /^init, line [34]: /);
    assert.equal(refused('a: 1\na: 2\n').field, 'init');
  });

  it('refuses a list, a text, and a key that would shut the controller out', () => {
    assert.match(refused('- ls\n').message, /key: value/);
    assert.match(refused('echo hello').message, /key: value/);
    assert.match(refused('ssh_keys:\n  rsa_private: x\n').message, /ssh_keys/);
    assert.match(refused('users: nobody\n').message, /users/);
  });
});
