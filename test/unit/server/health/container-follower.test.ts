import assert from 'node:assert/strict';
import { unlessAborted } from '../../../../base/unless-aborted.js';
import { waitUntil } from '../../../../base/wait-until.js';
import type { Connection } from '../../../../provisioner/ssh/transport.js';
import { ContainerFollower } from '../../../../server/health/container-follower.js';

const node = { id: 'a' };
const connection = { isOpen: true } as Connection;

describe('following the containers of nodes', () => {
  let stopped: AbortController;
  let follower: ContainerFollower<{ id: string }>;
  let happen: () => void;
  let follows: number;
  let looks: (() => void)[];
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
        look: () => new Promise<void>((resolve) => looks.push(resolve)),
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

  it('looks once for all that happens together, and again for what happened meanwhile', async () => {
    for (let n = 0; n < 50; n += 1) happen();
    await until(() => looks.length === 1, 'a look');
    happen();
    // Whoever else wants to look has the one that is under way.
    const shared = follower.look(node);
    assert.equal(looks.length, 1);
    looks[0]!();
    await shared;
    await until(() => looks.length === 2, 'another look');
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
    assert.deepEqual([follows, looks.length], [1, 0]);
  });
});
