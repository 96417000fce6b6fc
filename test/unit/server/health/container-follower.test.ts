import assert from 'node:assert/strict';
import { unlessAborted } from '../../../../base/unless-aborted.js';
import { waitUntil } from '../../../../base/wait-until.js';
import type { Connection } from '../../../../provisioner/ssh/transport.js';
import { ContainerFollower, type Looked } from '../../../../server/health/container-follower.js';

const node = { id: 'a' };
const connection = { isOpen: true } as Connection;

describe('following the containers of nodes', () => {
  let stopped: AbortController;
  let follower: ContainerFollower<{ id: string }>;
  let happen: (container?: string) => void;
  let follows: number;
  /** Of each look what it was about, and what ends it. */
  let looks: { readonly looked: Looked; readonly end: () => void }[];
  let problems: unknown[];
  let fail: (error: Error) => void;

  beforeEach(() => {
    stopped = new AbortController();
    [follows, looks, problems] = [0, [], []];
    follower = new ContainerFollower(
      {
        follow: (_node, _connection, onEvent, { signal }) => {
          follows += 1;
          happen = onEvent;
          const failure = new Promise<never>((_, reject) => (fail = reject));
          return unlessAborted(signal, failure);
        },
        look: (_node, looked) => new Promise<void>((end) => void looks.push({ looked, end })),
        unfollowed: (_node, error) => problems.push(error),
      },
      stopped.signal,
    );
    follower.follow(node, connection);
  });
  afterEach(() => {
    stopped.abort();
    follower.stop();
  });

  const until = (holds: () => boolean, what: string): Promise<true> =>
    waitUntil(() => Promise.resolve(holds() ? (true as const) : undefined), {
      deadlineMs: 3000,
      intervalMs: 5,
      what,
    });

  /** Ends the look that begins with following. */
  const settled = async (): Promise<void> => {
    const first = follower.look(node);
    looks.shift()!.end();
    await first;
  };
  const names = (): (string[] | undefined)[] => looks.map(({ looked }) => looked && [...looked]);

  it('looks at all containers as it begins: what happened before, it has not heard', () => {
    assert.deepEqual(names(), [undefined]);
  });

  it('looks once at all that something happens to together, and again for what happened meanwhile', async () => {
    await settled();
    for (let n = 0; n < 50; n += 1) happen(n % 2 === 0 ? 'a' : 'b');
    await until(() => looks.length === 1, 'a look');
    happen('c');
    looks[0]!.end();
    await until(() => looks.length === 2, 'another look');
    assert.deepEqual(names(), [['a', 'b'], ['c']]);
  });

  it('keeps what happens during a look that takes long', async () => {
    happen('a');
    await new Promise((resolve) => setTimeout(resolve, 300));
    happen('b');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(looks.length, 1);
    looks[0]!.end();
    await until(() => looks.length === 2, 'another look');
    assert.deepEqual(names(), [undefined, ['a', 'b']]);
  });

  it('looks at all where it could be any of them, or too many for one question', async () => {
    await settled();
    happen('a');
    happen();
    await until(() => looks.length === 1, 'a look');
    looks[0]!.end();
    for (let n = 0; n < 51; n += 1) happen(`web.${n}`);
    await until(() => looks.length === 2, 'another look');
    assert.deepEqual(names(), [undefined, undefined]);
  });

  it('shares a look at all, and has one at some followed by one at all, never two at a time', async () => {
    await settled();
    happen('a');
    await until(() => looks.length === 1, 'a look');
    const all = [follower.look(node), follower.look(node)];
    assert.deepEqual(names(), [['a']]);
    looks[0]!.end();
    await until(() => looks.length === 2, 'the look at all');
    looks[1]!.end();
    await Promise.all(all);
    assert.deepEqual(names(), [['a'], undefined]);
  });

  it('follows a connection once, and again when that has ended', async () => {
    follower.follow(node, connection);
    assert.equal(follows, 1);
    fail(new Error('the engine has ended'));
    await until(() => problems.length === 1, 'the problem');
    follower.follow(node, connection);
    assert.equal(follows, 2);
  });

  it('says nothing of a connection that was lost, and looks no more once it is stopped', async () => {
    fail(new Error('the connection was lost'));
    happen();
    stopped.abort();
    follower.stop();
    happen();
    const closed = { isOpen: false } as Connection;
    follower.follow(node, closed);
    assert.deepEqual([follows, looks.length], [1, 1]);
  });
});
