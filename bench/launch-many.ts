import assert from 'node:assert/strict';
import { stopTestPostgres } from '../test/support/server/database.js';
import { FormationHarness } from '../test/support/server/formation-harness.js';
import type { LaunchedNode, NodeLaunch } from '../provisioner/provider.js';
import { MockProvider } from '../provisioner/providers/mock/mock-provider.js';
import { TokenBucket } from '../provisioner/token-bucket.js';
import { waitUntil } from '../base/wait-until.js';
import { createLayer } from '../server/formation/layers/create-layer.js';
import type { Benchmark } from './benchmark.js';

/** RunInstances of EC2: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
const limits = { size: 5, perSecond: 2, atOnce: 2 };
const latencyMs = 500;
const nodesOfLayer = 200;

/** `[NODES]`, default 1000: some eight minutes. */
export const benchmark: Benchmark = {
  about: "layers:scale of many nodes on the mock provider, 500 ms a call, inside EC2's rate limits",
  measure: async ({ args, talk }) => {
    const [count = 1000] = args.map(Number);
    const harness = await FormationHarness.create();
    try {
      Object.assign(harness.parts, { providers: new Map([['mock', () => provider]]) });
      const provider = new LimitedProvider({ instance: '00000000', cloud: harness.cloud });
      const counts = await makeLayers(harness, count);
      const began = performance.now();
      const operation = await harness.scaleLayers(counts);
      const seconds = (performance.now() - began) / 1000;
      assert.equal(operation.state, 'succeeded', JSON.stringify(operation.error).slice(0, 500));
      assert.equal(harness.cloud.size, count);
      // Each call but the first few waits for a token, and the last one takes its time.
      const allowed = Math.max(0, count - limits.size) / limits.perSecond + latencyMs / 1000;
      talk(`${count} nodes in ${seconds.toFixed(0)} s`);
      return [
        {
          name: `${count} nodes launched`,
          value: seconds,
          unit: 's',
          note: 'rows, launch, boot and converge; machines and their programs are not real',
        },
        { name: 'what the limits allow', value: allowed, unit: 's' },
        { name: 'over what the limits allow', value: seconds / allowed, unit: 'x', target: { atMost: 1.2 } },
      ];
    } finally {
      await harness.close();
      await stopTestPostgres();
    }
  },
};

class LimitedProvider extends MockProvider {
  readonly #bucket = new TokenBucket(limits);

  override async launchNode(
    launch: NodeLaunch,
    onCloudId: (cloudId: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LaunchedNode> {
    return this.#bucket.run(
      async () => {
        const due = performance.now() + latencyMs;
        await waitUntil(async () => performance.now() >= due || undefined, {
          deadlineMs: latencyMs * 10,
          intervalMs: 50,
          what: 'the cloud',
          signal,
        });
        return super.launchNode(launch, onCloudId, signal);
      },
      { signal, deadlineMs: 900_000, what: 'a turn to launch' },
    );
  }
}

/** A layer has 200 nodes at most. */
async function makeLayers(harness: FormationHarness, count: number): Promise<Record<string, number>> {
  const flavor = await harness.stores.flavors.byName(harness.user.id, 'mock');
  const layers = Math.ceil(count / nodesOfLayer);
  for (let num = 1; num <= layers; num += 1)
    await createLayer(harness.parts, harness.user, harness.formation, {
      name: `many${num}`,
      flavor: flavor!,
      kind: 'runtime',
    });
  return Object.fromEntries(
    Array.from({ length: layers }, (_, index) => [
      `many${index + 1}`,
      Math.min(nodesOfLayer, count - index * nodesOfLayer),
    ]),
  );
}
