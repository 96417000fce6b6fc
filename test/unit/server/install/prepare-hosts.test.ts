import assert from 'node:assert/strict';
import { RemoteFailure } from '../../../../base/errors.js';
import type { NodeReport } from '../../../../provisioner/engine.js';
import { planeOfStage } from '../../../../server/install/plane-of-stage.js';
import { prepareHosts, type PreparedHost } from '../../../../server/install/prepare-hosts.js';
import type { ReachedHost } from '../../../../server/install/reach-hosts.js';
import { stagesOf } from '../../../../server/install/stages.js';
import { examplePlanes, goodFacts, sampleKnowledge } from '../../../support/server/sample-planes.js';

const report: NodeReport = { node: 'one', outcome: 'ok', changed: 0, failed: 0, ms: 1, resources: [] };

describe('hosts that are prepared', () => {
  const knowledge = sampleKnowledge(examplePlanes('one-host'));
  const { release: known } = knowledge;

  /** One host, whose packages are as `converge` says, and to which the release cannot be sent. */
  function prepare(converge: () => Promise<NodeReport>): Promise<PreparedHost[]> {
    const lost = new RemoteFailure('one: the connection was lost', { node: 'one', phase: 'lost' });
    const link = { converge, connection: () => Promise.reject(lost) } as Partial<ReachedHost['link']>;
    const host = { name: 'one', link, facts: goodFacts, found: { parts: [], releases: [] } } as object;
    return prepareHosts({
      stages: stagesOf(knowledge.planes.file),
      hosts: new Map([['one', host as ReachedHost]]),
      release: { name: known.name, bundle: async () => ({ path: '/dev/null', size: 1, sha256: '-' }) },
      known,
      planeOf: (stage) => planeOfStage(stage, knowledge),
      signal: new AbortController().signal,
      progress: () => undefined,
    });
  }

  it('are left when their packages have come to an end, also where a release could not be sent', async () => {
    let install = (_: NodeReport): void => undefined;
    const installed = new Promise<NodeReport>((resolve) => (install = resolve));
    let isOver = false;
    const prepared = prepare(() => installed).finally(() => (isOver = true));
    prepared.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(isOver, false);
    install(report);
    await assert.rejects(prepared, /one: the connection was lost/);
  });
});
