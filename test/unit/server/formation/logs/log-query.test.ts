import assert from 'node:assert/strict';
import { UnknownName } from '../../../../../base/errors.js';
import { logSources, requireProcess } from '../../../../../server/formation/logs/log-query.js';
import {
  container,
  node,
  release,
  runtime,
  snapshot,
} from '../../../../support/server/formation-snapshots.js';

const given = snapshot({
  nodes: [node(runtime, 1)],
  releases: [release(1)],
  containers: [
    container('app-runtime-1', 'web', 1, 5001),
    container('app-runtime-1', 'web', 11, 5002),
    container('app-runtime-1', 'worker', 1, 5003),
  ],
});

describe('log queries', () => {
  it('choose a type, or one container of it, and nothing whose name only begins so', () => {
    const chosen = (ps?: string): string[] => logSources(given, [], { ps }).map(({ process }) => process);
    assert.deepEqual(chosen(), ['web.1', 'web.11', 'worker.1']);
    assert.deepEqual(chosen('web'), ['web.1', 'web.11']);
    assert.deepEqual(chosen('web.1'), ['web.1']);
    assert.deepEqual(chosen('we'), []);
  });

  it('refuse a process that there is not, and say which there are', () => {
    const live = {
      ...given,
      formation: { ...given.formation, liveReleaseId: 1, scale: { web: 2, clock: 0 } },
    };
    for (const ps of ['web', 'web.9', 'worker.1', 'clock', 'run', 'run.7']) requireProcess(live, ps);
    for (const ps of ['nonsense', 'we', 'nonsense.1'])
      assert.throws(
        () => requireProcess(live, ps),
        (error) =>
          error instanceof UnknownName &&
          /no process "(nonsense|we).*clock, run, web, worker/.test(error.message),
      );
    requireProcess({ ...live, formation: { ...live.formation, liveReleaseId: null } }, 'nonsense');
  });
});
