import assert from 'node:assert/strict';
import type { FirstLoginOptions } from '../../../../../provisioner/ssh/first-login.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe("the first login of a formation's nodes", function () {
  this.timeout(20_000);
  let h: FormationHarness;
  let asked: { keys: readonly string[]; options: FirstLoginOptions }[];

  beforeEach(async () => {
    h = await FormationHarness.create();
    asked = [];
    h.keepsUserData = true;
    h.firstLogin = async (target, options) => {
      asked.push({ keys: target.hostKeys, options });
      await options.replace?.onPending('ssh-ed25519 NEW');
      return { machine: 'x86_64', ...(options.replace ? { hostPublicKey: 'ssh-ed25519 NEW' } : {}) };
    };
  });
  afterEach(() => h.close());

  const node = async () => (await h.snapshot()).nodes[0]!;

  it('pins the key that the node made, and forgets the one that it was launched with', async () => {
    await h.scaleLayers({ runtime: 1 });
    const { hostPublicKey, hostPublicKeyPending, hostPrivateKey } = await node();
    assert.deepEqual([hostPublicKey, hostPublicKeyPending, hostPrivateKey], ['ssh-ed25519 NEW', null, null]);
    assert.match(asked[0]!.options.replace!.launchedWith, /^ssh-ed25519 AAAA/);
  });

  it('accepts both keys after a crash between the two, and goes on with the pending one', async () => {
    const first = h.firstLogin;
    h.firstLogin = async (target, options) => {
      await first(target, options);
      throw new Error('connection lost');
    };
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'failed');
    const launched = (await node()).hostPublicKey;
    assert.deepEqual(
      [(await node()).status, (await node()).hostPublicKeyPending],
      ['booting', 'ssh-ed25519 NEW'],
    );
    h.firstLogin = first;
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'succeeded');
    assert.deepEqual(
      [asked.at(-1)!.keys, asked.at(-1)!.options.replace?.launchedWith],
      [[launched, 'ssh-ed25519 NEW'], launched],
    );
    assert.equal((await node()).hostPublicKey, 'ssh-ed25519 NEW');
  });

  it('leaves the key alone where nobody can read it in the user data', async () => {
    h.keepsUserData = false;
    await h.scaleLayers({ runtime: 1 });
    assert.equal(asked[0]!.options.replace, undefined);
    assert.notEqual((await node()).hostPrivateKey, null);
  });

  it('refuses a node with other processors, by name, and what to do', async () => {
    h.firstLogin = () => Promise.resolve({ machine: 'aarch64' });
    const failed = await h.scaleLayers({ runtime: 1 });
    assert.equal(failed.state, 'failed');
    assert.match(
      failed.error!.message,
      /app-runtime-1 has aarch64 processors, but slugs and the stack image of this controller are for x86_64/,
    );
    assert.notEqual((await node()).status, 'ready');
    assert.equal(h.nodes.calls.length, 0, 'nothing was put on it');
  });
});
