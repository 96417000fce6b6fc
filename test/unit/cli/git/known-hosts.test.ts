import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { findInKnownHosts, knownHostsLines, knownHostsName } from '../../../../cli/git/known-hosts.js';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIRight';
const endpoint = { host: '10.0.0.1', port: 2222, host_keys: [key] };
const find = (text: string, of = endpoint): ReturnType<typeof findInKnownHosts> => findInKnownHosts(text, of);

function hashed(name: string): string {
  const salt = Buffer.from('a salt of 20 bytes..');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('known_hosts', () => {
  it('writes the port unless it is 22', () => {
    assert.equal(knownHostsName(endpoint), '[10.0.0.1]:2222');
    assert.equal(knownHostsName({ host: 'deis.example.com', port: 22 }), 'deis.example.com');
    assert.equal(knownHostsName({ host: '::1', port: 2222 }), '[::1]:2222');
    assert.deepEqual(knownHostsLines({ ...endpoint, host_keys: [`${key} comment`] }), [
      `[10.0.0.1]:2222 ${key}`,
    ]);
  });

  it('makes no line of what is no host or no key', () => {
    assert.deepEqual(knownHostsLines({ ...endpoint, host: '*' }), []);
    assert.deepEqual(knownHostsLines({ ...endpoint, host: 'a b' }), []);
    assert.deepEqual(
      knownHostsLines({
        ...endpoint,
        host_keys: ['ssh-ed25519 AAAA\ngithub.com ssh-ed25519 AAAA', '', 'AAAA'],
      }),
      [],
    );
  });

  it('finds the key under a plain, listed, hashed or wildcard name', () => {
    for (const names of [
      '[10.0.0.1]:2222',
      'x,[10.0.0.1]:2222',
      hashed('[10.0.0.1]:2222'),
      '[10.0.0.*]:2222',
    ])
      assert.deepEqual(find(`# a comment\n${names} ${key} somebody\n`), { kind: 'known' }, names);
  });

  it('knows nothing from other hosts, other ports, comments or types of keys that the endpoint has none of', () => {
    for (const line of [
      `10.0.0.1 ${key}`,
      `[10.0.0.1]:22222 ${key}`,
      `#[10.0.0.1]:2222 ${key}`,
      hashed('[10.0.0.2]:2222') + ` ${key}`,
      '[10.0.0.1]:2222 ssh-rsa AAAAB3Nza',
      `[10.0.0.*]:2222,![10.0.0.1]:2222 ${key}`,
      '',
      'garbage',
    ]) {
      assert.deepEqual(find(line), { kind: 'unknown' }, line);
    }
  });

  it('tells another key of the same host, hashed too, and a revoked one', () => {
    const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIWrong';
    assert.deepEqual(find(`\n[10.0.0.1]:2222 ${other}\n`), { kind: 'differs', lines: [2] });
    assert.deepEqual(find(`${hashed('[10.0.0.1]:2222')} ${other}`), { kind: 'differs', lines: [1] });
    assert.deepEqual(find(`[10.0.0.1]:2222 ${key}\n[10.0.0.1]:2222 ${other}`), {
      kind: 'differs',
      lines: [2],
    });
    assert.deepEqual(find(`@revoked * ${key}`), { kind: 'differs', lines: [1] });
  });
});
