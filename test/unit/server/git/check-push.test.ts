import assert from 'node:assert/strict';
import { checkPush } from '../../../../server/git/check-push.js';

const zero = '0'.repeat(40);
const one = '1'.repeat(40);
const two = '2'.repeat(40);

describe('checkPush', () => {
  it('takes one update of master or main, first, later and forced alike', () => {
    for (const ref of ['refs/heads/master', 'refs/heads/main'])
      for (const old of [zero, one]) assert.equal(checkPush([{ old, new: two, ref }]), undefined);
  });
  it('says how to deploy another branch', () =>
    assert.match(
      checkPush([{ old: zero, new: one, ref: 'refs/heads/feature/x' }])!,
      /git push deis feature\/x:master/,
    ));
  it('refuses a tag', () =>
    assert.match(checkPush([{ old: zero, new: one, ref: 'refs/tags/v1' }])!, /tags are not deployed/));
  it('refuses a deletion', () =>
    assert.match(checkPush([{ old: one, new: zero, ref: 'refs/heads/master' }])!, /cannot be deleted/));
  it('refuses several refs at once', () =>
    assert.match(
      checkPush(['master', 'main'].map((name) => ({ old: zero, new: one, ref: `refs/heads/${name}` })))!,
      /master and main/,
    ));
  it('refuses the good with the bad', () =>
    assert.match(
      checkPush([
        { old: zero, new: one, ref: 'refs/heads/master' },
        { old: zero, new: one, ref: 'refs/tags/v1' },
      ])!,
      /tags/,
    ));
  it('refuses names that only look like it', () =>
    assert.notEqual(checkPush([{ old: zero, new: one, ref: 'refs/heads/Master' }]), undefined));
  it('refuses refs of our own', () =>
    assert.notEqual(checkPush([{ old: zero, new: one, ref: 'refs/deis/ops/x' }]), undefined));
});
