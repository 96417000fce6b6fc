import { createSecureContext } from 'node:tls';
import { trustedAuthorities } from '../../builder/toolchains/fetch-file.js';
import { Drains } from '../../drains/drains.js';
import { RemoteNetworks } from '../../remote/remote-networks.js';
import type { Settings } from '../../settings/settings.js';
import { now } from '../constants.js';
import type { Base } from '../open-base.js';

const silenceMs = 30_000;
const retryMs = 1_000;
const everyMs = 1_000;
/** What is kept is removed by whole files: drains give up lines before they are removed. */
const keptShare = 0.75;

/** Sends what the log server keeps to where it is wanted, until the controller stops. */
export async function startDrains(
  { logs: { drainNetworks, maxDrainBytes, maxBytes }, caBundle }: Settings,
  { stores, logs, log, shutdown }: Pick<Base, 'stores' | 'logs' | 'log' | 'shutdown'>,
): Promise<void> {
  const networks = new RemoteNetworks(drainNetworks);
  const drains = new Drains({
    stores,
    folderOf: logs.folderOf,
    dialing: {
      secureContext: createSecureContext({ ca: await trustedAuthorities(caBundle ?? null) }),
      allows: (address) => networks.allows(address),
      silenceMs,
      now,
    },
    maxBacklog: Math.min(maxDrainBytes, maxBytes * keptShare),
    retryMs,
    everyMs,
    random: Math.random,
    log,
  });
  drains.start();
  shutdown.add('the drains', () => drains.stop());
}
