import assert from 'node:assert/strict';
import { databagAtRest, databagForNode, databagReleases } from '../../../cookbooks/databag-for-node.js';
import { defaultRunLists, needsOf } from '../../../cookbooks/run-list.js';
import {
  sampleDatabag,
  sampleNode,
  samplePlacement,
  sampleRelease,
} from '../../support/nodes/sample-databag.js';

const databag = sampleDatabag({
  release: sampleRelease(7, { config: { TOKEN: 'config-sentinel' } }),
  releases: { 6: sampleRelease(6, { config: { TOKEN: 'config-sentinel' } }) },
});

describe('databagForNode', () => {
  it('gives a proxy no config, no release and no placement', () => {
    const seen = databagForNode(sampleNode('proxy'), databag, needsOf(defaultRunLists.proxy));
    assert.ok(!JSON.stringify(seen).includes('config-sentinel'));
    assert.deepEqual([seen.release, seen.releases, seen.placements, seen.containers], [null, {}, [], {}]);
    assert.deepEqual(seen.proxy, databag.proxy);
  });

  it('gives a runtime node no certificate key, and its own placements alone', () => {
    const seen = databagForNode(sampleNode('runtime'), databag, needsOf(defaultRunLists.runtime));
    assert.ok(!JSON.stringify(seen).includes('KEY-sentinel'));
    assert.deepEqual(seen.placements, [databag.placements[0]]);
    assert.deepEqual(seen.containers, { web: { 1: 'peachy-waxworks-runtime-1:5001' } });
    assert.deepEqual(
      [seen.release, seen.proxies, seen.controllers],
      [databag.release, databag.proxies, databag.controllers],
    );
  });

  it('gives a custom node neither', () => {
    const text = JSON.stringify(
      databagForNode(sampleNode('custom'), databag, needsOf(defaultRunLists.custom)),
    );
    assert.ok(!text.includes('sentinel'));
    assert.ok(text.includes('10.0.0.6'));
  });

  it("gives nothing of the site to a node that serves none, but domains and certs to an operator's", () => {
    const changed = sampleDatabag({
      ...databag,
      proxy: {
        ...databag.proxy,
        domains: ['new.example.com'],
        maintenance: true,
        algorithm: 'ip_hash',
        bodySize: 1,
      },
    });
    for (const kind of ['runtime', 'custom'] as const)
      assert.deepEqual(
        databagForNode(sampleNode(kind), changed, needsOf(defaultRunLists[kind])),
        databagForNode(sampleNode(kind), databag, needsOf(defaultRunLists[kind])),
      );
    const { proxy } = databagForNode(
      sampleNode('custom'),
      changed,
      needsOf([...defaultRunLists.custom, 'recipe[mydb::server]']),
    );
    assert.deepEqual(
      [proxy.domains, proxy.maintenance, proxy.certs.some(({ key }) => key !== undefined)],
      [['new.example.com'], true, false],
    );
  });

  it('does not take node runtime-10 for runtime-1', () => {
    const ten = sampleDatabag({
      containers: { web: { 1: 'peachy-waxworks-runtime-10:5001' } },
      placements: [samplePlacement({ node: 'peachy-waxworks-runtime-10' })],
    });
    const seen = databagForNode(sampleNode('runtime'), ten, needsOf(defaultRunLists.runtime));
    assert.deepEqual([seen.placements, seen.containers], [[], {}]);
  });
});

describe('databagAtRest', () => {
  it('is the same for another generation and another state of the same containers', () => {
    const starting = sampleDatabag({
      generation: 99,
      placements: sampleDatabag().placements.map((placement) => ({ ...placement, state: 'starting' })),
    });
    assert.equal(databagAtRest(starting), databagAtRest(sampleDatabag()));
    assert.notEqual(databagAtRest(sampleDatabag({ placements: [] })), databagAtRest(sampleDatabag()));
  });
});

describe('databagReleases', () => {
  it('lists each version once, newest first', () => {
    assert.deepEqual(
      databagReleases(
        sampleDatabag({ releases: { 7: sampleRelease(7), 5: sampleRelease(5), 10: sampleRelease(10) } }),
      ).map(({ version }) => version),
      [10, 7, 5],
    );
  });
});
