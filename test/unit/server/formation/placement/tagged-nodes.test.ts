import assert from 'node:assert/strict';
import {
  openLayers,
  strandedNeeds,
  tagProblem,
  tagProblems,
  type TagNeed,
} from '../../../../../server/formation/placement/tagged-nodes.js';
import {
  maxContainersPerNode,
  roomProblem,
} from '../../../../../server/formation/placement/room-on-nodes.js';
import { layer, node, proxy, snapshot } from '../../../../support/server/formation-snapshots.js';

const fast = layer(1, 'fast', 'runtime', { tags: { disk: 'ssd', zone: 'a' }, count: 1 });
const plain = layer(3, 'plain', 'runtime');
const layers = [fast, plain, proxy];

describe('nodes with tags', () => {
  const all = snapshot({ layers, nodes: [node(fast, 1), node(plain, 1), node(proxy, 1)] });
  const problem = (tags: Parameters<typeof tagProblem>[1], nodes = all.nodes, more = {}) =>
    tagProblem({ ...all, nodes, ...more }, tags, ['web']);

  it('are missing where no open node has all that a type asks for, which is said with what there is', () => {
    assert.equal(problem({ web: { disk: 'ssd' } }), undefined);
    assert.equal(problem({ web: {} }), undefined);
    assert.equal(problem({ worker: { disk: 'hdd' } }), undefined);
    assert.equal(
      problem({ web: { disk: 'hdd' } }),
      'web asks for nodes with disk=hdd, and none that takes containers has it: layers are fast (disk=ssd, zone=a), ' +
        'plain (no tags). Give a layer what it has with `deis layers:update LAYER --tag disk=hdd`, or ask for less ' +
        'with `deis tags:unset web disk`',
    );
    assert.match(
      problem({ web: { disk: 'ssd', zone: 'b' } }) ?? '',
      /disk=ssd, zone=b, .* has them all: layers/,
    );
    assert.match(
      problem({ web: { disk: 'hdd' } }, all.nodes, { host: { ...all.formation, name: 'platform' } }) ?? '',
      /--tag disk=hdd --formation=platform`/,
    );
  });

  it('are missing for some types and there for others, each of which is told', () => {
    const tags = { web: { disk: 'hdd' }, worker: { disk: 'ssd' }, clock: { zone: 'b' } };
    const problems = tagProblems(all, tags, ['web', 'worker', 'clock', 'other']);
    assert.deepEqual([...problems.keys()], ['web', 'clock']);
    assert.match(problems.get('clock')!, /^clock asks for nodes with zone=b/);
  });

  it('that take no containers do not count, and how to have one that does is said', () => {
    for (const closed of [node(fast, 1, 'lost'), node(fast, 1, 'ready', { scheduling: 'drained' })])
      assert.match(
        problem({ web: { disk: 'ssd' } }, [closed, node(plain, 1)]) ?? '',
        /Let a node of fast take containers with `deis nodes:uncordon NODE`, or add one with `deis layers:scale fast=2`$/,
      );
  });

  it('are asked of layers while there are none', () => {
    assert.equal(problem({ web: { disk: 'ssd' } }, []), undefined);
    assert.match(problem({ web: { disk: 'hdd' } }, []) ?? '', /layers are fast/);
    assert.match(
      problem({ web: { disk: 'hdd' } }, [], { layers: [proxy] }) ?? '',
      /there is no layer of runtime nodes yet/,
    );
  });

  it('are the last of somebody where none is left afterwards and others are', () => {
    const need = (disk: string): TagNeed => ({ formation: 'app', type: 'web', tags: { disk } });
    const stranded = (before: typeof layers, after: typeof layers) =>
      strandedNeeds(before, after, [need('hdd'), need('ssd')])[0];
    assert.deepEqual(openLayers(all), [fast, plain]);
    assert.deepEqual(stranded([fast, plain], [plain]), need('ssd'));
    assert.equal(stranded([fast, plain], [fast]), undefined);
    assert.equal(stranded([plain], [plain]), undefined);
    assert.equal(stranded([fast], []), undefined);
  });

  it('take as many containers as those that have the tags do', () => {
    const count = maxContainersPerNode + 1;
    const wanted = new Map([['web', count]]);
    assert.equal(roomProblem(all, wanted), undefined);
    assert.equal(roomProblem(all, wanted, { worker: { disk: 'ssd' } }), undefined);
    assert.match(
      roomProblem(all, wanted, { web: { disk: 'ssd' } }) ?? '',
      /^201 containers do not fit.*1 node takes 200 each.*`deis layers:scale fast=2`$/,
    );
  });
});
