import assert from 'node:assert/strict';
import {
  checkPush as check,
  deployUpdate,
  tagsText,
  type RefUpdate,
} from '../../../../../server/git/push/check-push.js';

const zero = '0'.repeat(40);
const one = '1'.repeat(40);
const two = '2'.repeat(40);

const master = { old: zero, new: one, ref: 'refs/heads/master' };
const tag = (name: string) => ({ old: zero, new: two, ref: `refs/tags/${name}` });

const checkPush = (updates: readonly RefUpdate[], newCommits: number | null): string | undefined =>
  check(updates, newCommits, ['master', 'main']);

describe('checkPush', () => {
  it('takes the branch that the config names, and says so of every other', () => {
    const to = (name: string) => [{ old: zero, new: one, ref: `refs/heads/${name}` }];
    assert.equal(check(to('live/eu'), 1, ['live/eu']), undefined);
    assert.equal(
      check(to('master'), 1, ['live/eu']),
      'only live/eu is deployed, as DEIS_DEPLOY_BRANCH of the config says: to deploy master, run ' +
        '`git push deis master:live/eu`',
    );
    assert.match(check([tag('v1')], 1, ['live/eu'])!, /push live\/eu \(you pushed v1\)/);
  });
  it('takes one update of master or main, first, later and forced alike', () => {
    for (const ref of ['refs/heads/master', 'refs/heads/main'])
      for (const old of [zero, one]) assert.equal(checkPush([{ old, new: two, ref }], 1), undefined);
  });
  it('says how to deploy another branch', () =>
    assert.match(
      checkPush([{ old: zero, new: one, ref: 'refs/heads/feature/x' }], 1)!,
      /git push deis feature\/x:master/,
    ));
  it('takes tags that come with a branch, and finds the branch', () => {
    for (const updates of [
      [master, tag('v1')],
      [tag('v1'), master, tag('v2')],
    ]) {
      assert.equal(checkPush(updates, 1), undefined);
      assert.equal(deployUpdate(updates), master);
    }
  });
  it('takes tags of what is deployed already, which come with a branch that is up to date', () => {
    assert.equal(checkPush([tag('v1'), tag('v2')], 0), undefined);
    assert.equal(deployUpdate([tag('v1')]), undefined);
  });
  it('refuses a tag that brings something new', () =>
    assert.match(checkPush([tag('v1')], 1)!, /tags are not deployed: push master .*\(you pushed v1\)/));
  it('refuses a gap in the history, and says how to close it', () =>
    assert.match(checkPush([master], null)!, /shallow clone, .*git fetch --unshallow/));
  it('refuses a deletion', () =>
    assert.match(checkPush([{ old: one, new: zero, ref: 'refs/heads/master' }], 0)!, /cannot be deleted/));
  it('refuses several branches at once', () =>
    assert.match(
      checkPush(
        ['master', 'main'].map((name) => ({ old: zero, new: one, ref: `refs/heads/${name}` })),
        1,
      )!,
      /master and main/,
    ));
  it('refuses names that only look like it', () => {
    for (const name of ['heads/Master', 'tagsx/v1', 'tag/v1'])
      assert.notEqual(checkPush([{ old: zero, new: one, ref: `refs/${name}` }], 1), undefined);
  });
  it('refuses refs of our own', () =>
    assert.notEqual(checkPush([{ old: zero, new: one, ref: 'refs/deis/ops/x' }], 1), undefined));
});

describe('tagsText', () => {
  it('names some of the tags, and is silent without any', () => {
    assert.equal(tagsText([master]), undefined);
    assert.match(tagsText([master, tag('v1')])!, /not deployed and not kept here: v1 \(--no-follow-tags/);
    assert.match(tagsText(Array.from({ length: 9 }, (_, n) => tag(`v${n}`)))!, /: v0, v1, v2 and 6 more /);
  });
});
