import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Secret } from '../../../../../base/secret.js';
import { SecretBox, UnreadableBox } from '../../../../../server/store/sealing/secret-box.js';

const key = (byte: number): Buffer => Buffer.alloc(32, byte);

describe('SecretBox', () => {
  it('gives back any text, and never the same box twice', () => {
    const box = new SecretBox([key(1)]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const sealed = box.seal(new Secret(text), 'a.b', '1');
        assert.equal(box.open(sealed, 'a.b', '1').reveal(), text);
        assert.notDeepEqual(box.seal(new Secret(text), 'a.b', '1'), sealed);
      }),
    );
  });

  it('does not open in another column', () => {
    const box = new SecretBox([key(1)]);
    assert.throws(
      () => box.open(box.seal(new Secret('x'), 'configs.values_encrypted', '1'), 'layers.key', '1'),
      UnreadableBox,
    );
  });

  it('does not open in another row, and not where row and column only read alike together', () => {
    const box = new SecretBox([key(1)]);
    const sealed = box.seal(new Secret('x'), 'a.b', '1/7');
    for (const [place, row] of [
      ['a.b', '2/7'],
      ['a.b', ''],
      ['a.b1', '/7'],
    ] as const)
      assert.throws(() => box.open(sealed, place, row), UnreadableBox, row);
    assert.throws(() => box.openUnbound(sealed, 'a.b'), UnreadableBox);
  });

  it('does not open when any bit was changed, or when it is cut', () => {
    const box = new SecretBox([key(1)]);
    const sealed = box.seal(new Secret('some text'), 'a.b', '1');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      assert.throws(() => box.open(changed, 'a.b', '1'), UnreadableBox, `byte ${at}`);
      assert.throws(() => box.open(sealed.subarray(0, at), 'a.b', '1'), UnreadableBox, `cut at ${at}`);
    }
  });

  it('opens boxes of older keys, seals with the newest, and names a key that it lacks', () => {
    const old = new SecretBox([key(1)]);
    const both = new SecretBox([key(2), key(1)]);
    assert.equal(both.open(old.seal(new Secret('x'), 'a.b', '1'), 'a.b', '1').reveal(), 'x');
    assert.throws(
      () => old.open(both.seal(new Secret('x'), 'a.b', '1'), 'a.b', '1'),
      /encrypted under key [0-9a-f]{16}, which is not in the master key file/,
    );
  });

  it('refuses keys of another length, and none', () => {
    assert.throws(() => new SecretBox([]), /32 bytes/);
    assert.throws(() => new SecretBox([Buffer.alloc(16)]), /32 bytes/);
  });
});
