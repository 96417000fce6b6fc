import assert from 'node:assert/strict';
import fc from 'fast-check';
import { calculateDatabag } from '../../../../../server/formation/databag/calculate-databag.js';
import { maskDatabag } from '../../../../../server/formation/databag/mask-databag.js';
import {
  build,
  container,
  node,
  proxy,
  release,
  runtime,
  snapshot,
} from '../../../../support/server/formation-snapshots.js';

const facts = { controllers: ['10.0.0.1'], healthSeconds: 60 };
const nodes = [node(runtime, 1), node(runtime, 2), node(proxy, 1)];
const live = release(6, { state: 'live', config: { B: '2', A: 'secret "value"' } });
const next = release(7, { build: build('b7', ['worker', 'web']) });
const middle = snapshot({
  formation: { liveReleaseId: 6, generation: 41, scale: { web: 2 } },
  nodes,
  releases: [live, next],
  containers: [
    container('app-runtime-1', 'web', 1, 5000, 'serving', 6, 1),
    container('app-runtime-2', 'web', 2, 5000, 'serving', 6, 2),
    container('app-runtime-1', 'web', 1, 5001, 'starting', 7, 3),
    container('app-runtime-2', 'web', 10, 5002, 'retiring', 6, 4),
    container('app-runtime-2', 'web', 9, 5003, 'removing', 6, 5),
    container('app-runtime-2', 'worker', 1, 5004, 'serving', 6, 6),
  ],
});

describe('calculateDatabag', () => {
  it('says all of a formation in the midst of a deploy', () => {
    const databag = calculateDatabag(middle, facts, 7);
    assert.equal(databag.id, 'app');
    assert.equal(databag.generation, 41);
    assert.equal(databag.release?.version, 7);
    assert.deepEqual(Object.keys(databag.releases), ['6']);
    assert.deepEqual(databag.containers, {
      web: { 1: 'app-runtime-1:5000', 2: 'app-runtime-2:5000' },
      worker: { 1: 'app-runtime-2:5004' },
    });
    assert.deepEqual(
      databag.placements.map(
        ({ type, num, release: version, state }) => `${type}.${num} v${version} ${state}`,
      ),
      [
        'web.1 v6 serving',
        'web.1 v7 starting',
        'web.2 v6 serving',
        'web.10 v6 retiring',
        'worker.1 v6 serving',
      ],
    );
    assert.deepEqual(databag.proxy.backends, ['10.0.1.1:5000', '10.0.1.2:5000']);
    assert.deepEqual(databag.nodes, {
      proxy: { 'app-proxy-1': '10.0.2.1' },
      runtime: { 'app-runtime-1': '10.0.1.1', 'app-runtime-2': '10.0.1.2' },
    });
    assert.deepEqual(databag.proxies, ['app-proxy-1']);
    assert.equal(databag.health['web']?.kind, 'tcp');
    assert.equal(databag.health['worker']?.kind, 'none');
  });

  it('gives the same bytes whatever the order of rows and keys', () => {
    const bytes = JSON.stringify(calculateDatabag(middle, facts));
    const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
      fc.shuffledSubarray([...items], { minLength: items.length });
    fc.assert(
      fc.property(
        shuffled(middle.nodes),
        shuffled(middle.containers),
        shuffled(middle.releases),
        shuffled(middle.layers),
        (some, rows, releases, layers) => {
          assert.equal(
            JSON.stringify(
              calculateDatabag({ ...middle, nodes: some, containers: rows, releases, layers }, facts),
            ),
            bytes,
          );
        },
      ),
    );
    const turned = { ...live, config: { A: 'secret "value"', B: '2' } };
    assert.equal(
      JSON.stringify(
        calculateDatabag(
          { ...middle, releases: [turned, next] },
          { ...facts, controllers: ['10.0.0.1', '10.0.0.1'] },
        ),
      ),
      bytes,
    );
  });

  it('takes containers of nodes that are lost out of the proxies, and only out of them', () => {
    const databag = calculateDatabag(
      { ...middle, nodes: [nodes[0]!, node(runtime, 2, 'lost'), nodes[2]!] },
      facts,
    );
    assert.deepEqual(databag.proxy.backends, ['10.0.1.1:5000']);
    assert.equal(databag.placements.length, 5);
  });

  it('keeps containers of a node that is being removed in the proxies until they are switched', () => {
    const databag = calculateDatabag(
      { ...middle, nodes: [nodes[0]!, node(runtime, 2, 'removing'), nodes[2]!] },
      facts,
    );
    assert.deepEqual(databag.proxy.backends, ['10.0.1.1:5000', '10.0.1.2:5000']);
  });

  it('leaves out nodes without an address', () => {
    const databag = calculateDatabag(
      snapshot({ nodes: [node(proxy, 1, 'launching', { address: null, privateAddress: null })] }),
      facts,
    );
    assert.deepEqual(
      [databag.nodes, databag.proxies, databag.release, databag.releases],
      [{ proxy: {}, runtime: {} }, [], null, {}],
    );
  });

  it('names the serving container of a number beside an older one that starts, and the newer of two that start', () => {
    const both = [
      container('app-runtime-1', 'web', 1, 5000, 'starting', 6, 1),
      container('app-runtime-2', 'web', 1, 5001, 'starting', 7, 2),
    ];
    assert.equal(
      calculateDatabag({ ...middle, containers: both }, facts).containers['web']?.['1'],
      'app-runtime-2:5001',
    );
    const serving = [
      container('app-runtime-1', 'web', 1, 5000, 'serving', 6, 1),
      container('app-runtime-2', 'web', 1, 5001, 'starting', 7, 2),
    ];
    assert.equal(
      calculateDatabag({ ...middle, containers: serving }, facts).containers['web']?.['1'],
      'app-runtime-1:5000',
    );
  });
});

describe('maskDatabag', () => {
  it('hides every value of every release and every private key, and nothing else', () => {
    const databag = calculateDatabag(middle, facts, 7);
    const withCert = {
      ...databag,
      proxy: {
        ...databag.proxy,
        certs: [{ name: 'c', certificate: 'public', domains: [], key: 'private key' }],
      },
    };
    const masked = maskDatabag(withCert);
    assert.deepEqual(masked.releases['6']?.config, { A: '[masked]', B: '[masked]' });
    assert.doesNotMatch(JSON.stringify(masked), /secret|private key/);
    assert.match(JSON.stringify(masked), /public/);
    assert.deepEqual(masked.placements, databag.placements);
  });
});
