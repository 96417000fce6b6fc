import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import ssh2, { type Connection, type ParsedKey } from 'ssh2';
import { answerLogin } from '../../../../server/git/git-login.js';

const ada = { id: 1, username: 'ada' };
const blob = randomBytes(64);

describe('answerLogin', () => {
  let keys: ParsedKey;
  before(() => {
    const key = ssh2.utils.parseKey(ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).private);
    assert.ok(!(key instanceof Error));
    keys = key;
  });

  /** What becomes of one login request, signed or not. */
  async function answerTo(hash: string | undefined, signed: boolean): Promise<string> {
    const connection = new EventEmitter();
    const answered = new EventEmitter();
    const answering = once(answered, 'answer');
    let user: string | undefined;
    answerLogin(
      connection as unknown as Connection,
      { userOfKey: () => Promise.resolve(ada), userOfToken: () => Promise.resolve(undefined) },
      ({ username }) => (user = username),
      () => undefined,
    );
    connection.emit('authentication', {
      method: 'publickey',
      key: { algo: 'ssh-rsa', data: keys.getPublicSSH() },
      hashAlgo: hash,
      ...(signed ? { blob, signature: keys.sign(blob, hash ?? 'sha1') } : {}),
      accept: () => answered.emit('answer', 'accepted'),
      reject: () => answered.emit('answer', 'rejected'),
    });
    const [answer] = (await answering) as [string];
    return user === undefined ? answer : `${answer} ${user}`;
  }

  it('takes RSA signatures with SHA-2', async () => {
    for (const hash of ['sha256', 'sha512']) {
      assert.equal(await answerTo(hash, false), 'accepted');
      assert.equal(await answerTo(hash, true), 'accepted ada');
    }
  });
  it('takes none with SHA-1, and says so before anything is signed', async () => {
    assert.equal(await answerTo(undefined, false), 'rejected');
    assert.equal(await answerTo(undefined, true), 'rejected');
  });
});
