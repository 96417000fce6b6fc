import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import {
  BuildContainers,
  type BuildContainerSpec,
} from '../../../../server/builder/containers/build-container.js';
import { followOutput } from '../../../../server/builder/containers/build-output.js';
import type { BuildRequest } from '../../../../server/builder/build-slug.js';
import { BuildSweeper } from '../../../../server/builder/containers/build-sweeper.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { benchOfSuite, type BuildBench } from '../../../support/apps/build-bench.js';

const silent = (): void => undefined;
const limits = { memory: 256 * 1024 ** 2, cpus: null, pids: 64, disk: 4 * 1024 ** 3 };

describe('cancelling a build', function () {
  this.timeout(60_000);
  let bench: BuildBench;
  let cancel: AbortController;

  benchOfSuite((opened) => (bench = opened));
  beforeEach(() => (cancel = new AbortController()));

  async function orderOf(script: string): Promise<BuildRequest> {
    const files = { Procfile: 'web: true', 'bin/compile': `#!/bin/bash\n${script}\n` };
    return bench.order('cancelled', await bench.commit('cancelled', files));
  }

  /** The build ends with the cancel's reason within a second of it. */
  async function assertEndsAtOnce(building: Promise<unknown>, cancelledAt: Promise<number>): Promise<void> {
    await assert.rejects(building, /cancelled by ada/);
    const ms = performance.now() - (await cancelledAt);
    assert.ok(ms < 1000, `it took ${ms} ms`);
  }

  function cancelNow(): number {
    cancel.abort(new Error('cancelled by ada'));
    return performance.now();
  }

  /** Containers of this bench that were ever started, and run or have run. */
  async function startedContainers(): Promise<string[]> {
    const containers = await bench.docker.listContainers({
      all: true,
      filters: { label: [`deis.instance=${bench.instance}`] },
    });
    return containers.filter(({ State }) => State !== 'created').map(({ Id }) => Id);
  }

  /** As the engine does it, and does `then` when the container is made, or started. */
  function containersThat(when: 'made' | 'started', then: () => void): BuildContainers {
    return new (class extends BuildContainers {
      override async create(spec: BuildContainerSpec): Promise<Docker.Container> {
        const container = await super.create(spec);
        if (when === 'made') then();
        const start = container.start.bind(container);
        container.start = async () => {
          const answer: unknown = await start();
          then();
          return answer;
        };
        return container;
      }
    })(bench.docker, bench.instance, limits);
  }

  it('ends it while the tree is being packed, and nothing is started when that is done', async () => {
    const order = await orderOf('sleep 60');
    const slow = new PassThrough();
    slow.write(Buffer.alloc(1024));
    let packed = silent;
    const packing = new Promise<void>((resolve) => (packed = resolve));
    const repository = Object.assign(order.repository, { archive: () => (packed(), slow) });
    const building = bench.builder().build({ ...order, repository }, silent, cancel.signal);
    await assertEndsAtOnce(building, packing.then(cancelNow));
    slow.end(Buffer.alloc(1024));
    await bench.builder().discard(order);
    assert.deepEqual(await bench.containers(), []);
  });

  it('ends it while Node.js is being fetched', async () => {
    let asked = silent;
    const asking = new Promise<void>((resolve) => (asked = resolve));
    const runtimes = { ensure: () => (asked(), new Promise<never>(() => undefined)) };
    const order = await bench.order('node-hello', await bench.example('node-hello'));
    const building = bench.builder({ runtimes: { node: runtimes } }).build(order, silent, cancel.signal);
    await assertEndsAtOnce(building, asking.then(cancelNow));
    assert.deepEqual(await bench.containers(), []);
  });

  it('starts no container that was made after the cancel, and removes it', async () => {
    const containers = containersThat('made', () => cancelNow());
    const order = await orderOf('sleep 60');
    await assert.rejects(bench.builder({ containers }).build(order, silent, cancel.signal), /by ada/);
    assert.deepEqual(await bench.containers(), []);
  });

  it('does not follow a container that was started as the cancel came', async () => {
    const containers = containersThat('started', () => cancelNow());
    const order = await orderOf('sleep 60');
    const builder = bench.builder({ containers });
    await assert.rejects(builder.build(order, silent, cancel.signal), /by ada/);
    assert.equal((await startedContainers()).length, 1);
    await builder.discard(order);
    assert.deepEqual(await bench.containers(), []);
  });

  it('follows no output for a signal that is aborted already', async () => {
    const container = await new BuildContainers(bench.docker, bench.instance, limits).create({
      operationId: 'followed',
      formation: 'x',
      imageId: 'deis/stack:bookworm',
      imageReference: 'x',
      command: ['sleep', '60'],
      env: {},
      binds: [],
      network: 'none',
      note: '',
    });
    await container.start();
    assert.equal(await followOutput(bench.docker, container, silent, AbortSignal.abort()), false);
  });

  it('ends it while the slug is being taken out', async () => {
    let asked = silent;
    const asking = new Promise<void>((resolve) => (asked = resolve));
    const slugs = Object.assign(Object.create(bench.slugs) as typeof bench.slugs, {
      save: () => (asked(), new Promise<never>(() => undefined)),
    });
    const building = bench.builder({ slugs }).build(await orderOf('true'), silent, cancel.signal);
    await assertEndsAtOnce(building, asking.then(cancelNow));
  });

  it('is cleaned up after at any time: containers of ended operations go while others build', async () => {
    const containers = new BuildContainers(bench.docker, bench.instance, limits);
    const order = await orderOf('sleep 60');
    const [ended, going] = [order, { ...order, operationId: `${order.operationId}-going` }];
    const unfinished = new Set([ended.operationId, going.operationId]);
    const building = [ended, going].map((each) =>
      bench.builder({ containers }).build(each, silent, cancel.signal),
    );
    const ends = Promise.allSettled(building);
    const runs = async (count: number): Promise<true | undefined> =>
      (await startedContainers()).length === count ? true : undefined;
    const sweeper = new BuildSweeper(containers, async () => [...unfinished], {
      everyMs: 50,
      onTrouble: (error) => assert.ifError(error),
    });
    sweeper.start();
    await waitUntil(() => runs(2), { deadlineMs: 20_000, intervalMs: 50, what: 'two builds' });
    unfinished.delete(ended.operationId);
    await waitUntil(() => runs(1), { deadlineMs: 20_000, intervalMs: 50, what: 'the sweep' });
    await sweeper.stop();
    cancelNow();
    for (const end of await ends) assert.equal(end.status, 'rejected');
    assert.ok((await containers.find(going.operationId)) !== undefined);
  });
});
