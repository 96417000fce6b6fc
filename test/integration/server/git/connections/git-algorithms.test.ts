import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { TestDatabase } from '../../../../support/server/database.js';
import type { GitClient, GitOutcome } from '../../../../support/git/git-client.js';
import type { GitEndpoint } from '../../../../support/git/git-endpoint.js';
import { startOwnedGit, stopOwnedGit } from '../../../../support/git/owned-git.js';
import type { StoredFormation } from '../../../../support/server/stored-formation.js';

const signatures =
  'ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256';

describe('algorithms of the git endpoint', function () {
  this.timeout(40_000);
  let db: TestDatabase;
  let folder: string;
  let endpoint: GitEndpoint;
  let owned: StoredFormation;
  let client: GitClient;

  before(async () => {
    ({ db, folder, endpoint, owned, client } = await startOwnedGit());
  });
  after(() => stopOwnedGit({ db, folder, endpoint }));

  const list = async (key: string, ...sshOptions: string[]): Promise<GitOutcome> => {
    const result = await client.start(['ls-remote', client.url('app')], [key], { sshOptions });
    return { code: result.exitCode, text: result.all };
  };

  for (const [type, bits, algorithm] of [
    ['rsa', '3072', 'rsa-sha2-512'],
    ['rsa', '3072', 'rsa-sha2-256'],
    ['ecdsa', '256', 'ecdsa-sha2-nistp256'],
    ['ecdsa', '384', 'ecdsa-sha2-nistp384'],
    ['ecdsa', '521', 'ecdsa-sha2-nistp521'],
    ['ed25519', '256', 'ssh-ed25519'],
  ] as const)
    it(`let in a client that signs with ${algorithm} alone`, async () => {
      const key = await client.makeKey(`only-${algorithm}`, type, bits);
      await client.register(db.stores, owned.user.id, key);
      const { code, text } = await list(key, '-o', `PubkeyAcceptedAlgorithms=${algorithm}`);
      assert.equal(code, 0, text);
    });

  it('let in no client that signs with SHA-1', async () => {
    const key = await client.makeKey('sha1', 'rsa');
    await client.register(db.stores, owned.user.id, key);
    const { code, text } = await list(key, '-o', 'PubkeyAcceptedAlgorithms=ssh-rsa');
    assert.notEqual(code, 0);
    assert.match(text, /Permission denied \(publickey\)/);
  });

  it('are elliptic curves, authenticated encryption or counter mode, SHA-2, and no compression', async () => {
    const { text } = await list(join(client.home, 'id'), '-vv');
    const [, server = ''] = text.split('peer server KEXINIT proposal');
    const offered = (what: string): string | undefined =>
      new RegExp(`debug2: ${what}: (.*?)\\r?\\n`).exec(server)?.[1];
    const ciphers =
      'chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,' +
      'aes256-ctr,aes192-ctr,aes128-ctr';
    const macs = 'hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512';
    assert.deepEqual(
      ['KEX algorithms', 'host key algorithms', 'ciphers ctos', 'ciphers stoc', 'MACs ctos', 'MACs stoc'].map(
        offered,
      ),
      [
        'curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,' +
          'ecdh-sha2-nistp521,kex-strict-s-v00@openssh.com',
        'ssh-ed25519',
        ciphers,
        ciphers,
        macs,
        macs,
      ],
    );
    assert.deepEqual(['compression ctos', 'compression stoc'].map(offered), ['none', 'none']);
    assert.equal(/server-sig-algs=<(.*?)>/.exec(text)?.[1], signatures);
  });

  it('let a client renew its keys during a push', async () => {
    await client.commit('large', { 'index.html': randomBytes(2 * 1024 ** 2).toString('hex') });
    const { exitCode, all } = await client.start(['push', client.url('app'), 'master'], undefined, {
      sshOptions: ['-v', '-o', 'RekeyLimit=256K'],
    });
    assert.equal(exitCode, 0, all);
    assert.ok(all.split('SSH2_MSG_NEWKEYS received').length > 4);
  });

  it('end the connection of a client that exchanges keys again before its login', async () => {
    const connection = new ssh2.Client();
    let exchanges = 0;
    connection.on('error', () => undefined);
    connection.on('handshake', () => {
      exchanges += 1;
      (connection as unknown as { _protocol: { rekey(): void } })._protocol.rekey();
    });
    connection.connect({
      host: '127.0.0.1',
      port: endpoint.port,
      username: 'git',
      authHandler: () => undefined as never,
    });
    await once(connection, 'close');
    assert.ok(exchanges <= 2, `${exchanges} key exchanges`);
  });
});
