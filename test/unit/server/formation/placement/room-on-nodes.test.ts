import assert from 'node:assert/strict';
import {
  maxContainersPerNode,
  roomProblem,
} from '../../../../../server/formation/placement/room-on-nodes.js';
import { container, node, proxy, runtime, snapshot } from '../../../../support/server/formation-snapshots.js';

describe('room for containers', () => {
  const nodes = [node(runtime, 1, 'ready'), node(runtime, 2, 'ready'), node(proxy, 1, 'ready')];
  const serve = (of: (typeof nodes)[number], count: number): ReturnType<typeof container>[] =>
    Array.from({ length: count }, (_, index) =>
      container(of.id, 'web', index + 1, 5000 + index, 'serving', 1, index + 1),
    );
  const problem = (
    more: Partial<Parameters<typeof roomProblem>[0]>,
    ...counts: readonly number[]
  ): string | undefined =>
    roomProblem(
      snapshot({ nodes, ...more }),
      new Map(counts.map((count, index) => [`type${index}`, count] as const)),
    );

  it('is as much as the open nodes of runtime layers take, of all types together', () => {
    assert.equal(problem({}, 2 * maxContainersPerNode - 1, 1), undefined);
    assert.equal(
      problem({}, 2 * maxContainersPerNode, 1),
      '401 containers do not fit, nothing was started: 2 nodes take 200 each. Add nodes first, e.g. with ' +
        '`deis layers:scale runtime=3`',
    );
    assert.match(problem({ nodes: nodes.slice(0, 1) }, 1000) ?? '', /1 node takes 200 each.*runtime=5`$/);
  });

  it('is not asked for before there are nodes', () =>
    assert.equal(problem({ nodes: [] }, 100 * maxContainersPerNode), undefined));

  it('counts what serves on nodes that take nothing new, so that a lost node is moved and less is less', () => {
    const lost = node(runtime, 2, 'lost');
    const all = { nodes: [nodes[0]!, lost], containers: serve(lost, 250) };
    assert.equal(problem(all, 250), undefined);
    assert.equal(problem(all, 450), undefined);
    assert.match(problem(all, 451) ?? '', /^451 containers do not fit/);
    assert.equal(problem({ containers: serve(nodes[0]!, 600) }, 600), undefined);
    assert.equal(problem({ containers: serve(nodes[0]!, 600) }, 500), undefined);
    assert.match(problem({ containers: serve(nodes[0]!, 600) }, 601) ?? '', /^601 containers do not fit/);
  });

  it('is not that of nodes that go', () => {
    const leaving = node(runtime, 2, 'removing');
    const all = { nodes: [nodes[0]!, leaving], containers: serve(leaving, 250) };
    assert.match(problem(all, 250) ?? '', /^250 containers do not fit/);
  });
});
