import assert from 'node:assert/strict';
import { appContainer } from '../../../../../cookbooks/deis/definitions/app-container.js';
import type { DatabagRelease, DatabagSlugBuild } from '../../../../../cookbooks/databag.js';
import { containerBody } from '../../../../../provisioner/converge/resource-helpers/container-body.js';
import { compileProgram } from '../../../../../provisioner/converge/compile-program.js';
import { sampleDatabag, samplePlacement, sampleRelease } from '../../../../support/nodes/sample-databag.js';

/** The identity that a node compares a running container by: another one means that the container is replaced. */
const identityOf = (more: Partial<DatabagRelease>): string | undefined => {
  const databag = sampleDatabag({ release: sampleRelease(7, more) });
  const resources = [appContainer(databag, samplePlacement())];
  const program = compileProgram(resources, { generation: 1, whyRun: false }).reveal();
  return /container_ok '[^']*' '([0-9a-f]{64})'/.exec(program)?.[1];
};

/** What Docker is told. */
describe('the stop timeout of app containers', () => {
  it('is told where the release has one of the type, and makes another container of it', () => {
    const timeouts = { web: 30 };
    assert.notEqual(identityOf({ timeouts }), identityOf({}));
    assert.equal(identityOf({ timeouts: { worker: 30 } }), identityOf({}));
    const databag = sampleDatabag({ release: sampleRelease(7, { timeouts }) });
    const body = containerBody(appContainer(databag, samplePlacement()), {});
    assert.equal((body as { StopTimeout?: number }).StopTimeout, 30);
  });
});

describe('the identity of app containers', () => {
  const build = sampleRelease(7).build as DatabagSlugBuild;
  const runtime = { mount: '.deis/node', slug: 'ab/node.tgz', sha256: 'ab'.repeat(32), size: 1 };

  // What nodes hold of containers that run: a change of one of these restarts every such container.
  const known: [which: string, more: Partial<DatabagRelease>, identity: string][] = [
    [
      'of an old release, /app read-only',
      {},
      '36405f1b2c9d5cdf1e23757afd365a2597949d7d32406e9f7584fad9671dfdba',
    ],
    [
      'that may write below /app',
      { writable: true },
      '2a2b6b871fcd66d5cb05139ac309d1c9fa46b4b7e81fee498a7674b42a46fb2c',
    ],
    [
      'with a runtime',
      { writable: true, build: { ...build, runtimes: [runtime] } },
      'acedc3d1a0a8ae3ffe4e688d752b1dc8f5f34ea74339625093bf012fd64734e9',
    ],
    [
      'with limits',
      { writable: true, limits: { web: { memory: 64e6, cpus: 0.5 } } },
      '02de8c25839ad67e8721eae3d975a9125bdba9c9f690d685f5f9b0804bedf52a',
    ],
    [
      'with a health check',
      { writable: true, health: { web: { kind: 'http', path: '/up' } } },
      '2a2b6b871fcd66d5cb05139ac309d1c9fa46b4b7e81fee498a7674b42a46fb2c',
    ],
  ];
  for (const [which, more, identity] of known)
    it(`is as ever for one ${which}`, () => assert.equal(identityOf(more), identity));
});
