import assert from 'node:assert/strict';
import type { ImageBuild } from '../../../../../server/store/app/builds/build-store.js';
import { databagRelease } from '../../../../../server/formation/databag/databag-release.js';
import { build, release } from '../../../../support/server/formation-snapshots.js';

describe('databagRelease', () => {
  it('says of a slug what it always said, byte by byte', () => {
    const runtime = {
      name: 'node',
      version: '22.1.0',
      mount: '.deis/node',
      path: 'ff/node.tgz',
      sha256: 'ff',
      size: 7,
    };
    const said = databagRelease(
      release(3, {
        writable: true,
        config: { B: '2', A: '1' },
        build: { ...build('b3', ['worker', 'web']), runtimes: [runtime] },
        limits: { worker: { cpus: 1, memory: 64 }, web: { cpus: 0.5 } },
        health: { web: { path: '/up', kind: 'http', deadlineSeconds: 5 } },
      }),
    );
    assert.equal(
      JSON.stringify(said),
      `{"version":3,"image":"deis/stack:bookworm@sha256:${'a'.repeat(64)}","config":{"A":"1","B":"2"},` +
        '"writable":true,"limits":{"web":{"cpus":0.5},"worker":{"memory":64,"cpus":1}},' +
        '"health":{"web":{"deadlineSeconds":5,"kind":"http","path":"/up"}},' +
        '"build":{"slug":"b3/app.tgz","sha256":"b3","size":10,' +
        '"procfile":{"web":"run web","worker":"run worker"},' +
        '"runtimes":[{"mount":".deis/node","slug":"ff/node.tgz","sha256":"ff","size":7}]}}',
    );
    assert.deepEqual(Object.keys(databagRelease(release(3))!), ['version', 'image', 'config', 'build']);
  });

  it('names an image by its digest, and no slug', () => {
    const { id, formationId, createdBy, gitCommit, buildpack, procfile, createdAt, collectedAt } =
      build('b3');
    const digest = `sha256:${'b'.repeat(64)}`;
    const image: ImageBuild = {
      ...{ id, formationId, createdBy, gitCommit, buildpack, procfile, createdAt, collectedAt },
      postdeploy: null,
      kind: 'image',
      reference: 'registry:5000/peachy:3',
      digest,
      port: null,
      size: 1000,
    };
    const said = databagRelease(release(3, { build: image }));
    assert.deepEqual(
      [said?.image, said?.build],
      [`registry:5000/peachy:3@${digest}`, { kind: 'image', procfile: { web: 'run web' } }],
    );
  });
});
