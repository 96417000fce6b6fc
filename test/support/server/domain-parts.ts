import { randomUUID } from 'node:crypto';
import { Secret } from '../../../base/secret.js';
import { OperatorCookbooks } from '../../../provisioner/converge/operator-cookbooks.js';
import { sshLogReader } from '../../../server/formation/logs/ssh-log-reader.js';
import { RemoteNetworks } from '../../../server/remote-networks.js';
import type { FormationParts } from '../../../server/formation/context/formation-parts.js';

/** What each test has of its own: where it writes, and what stands in for machines and clouds. */
export type OwnParts = Pick<
  FormationParts,
  'stores' | 'providers' | 'disabledProviders' | 'openFleet' | 'enterNode' | 'now'
>;

/** The parts of the real domain, without machines: what boots is there at once, and files are nowhere. */
export function domainParts(own: OwnParts): FormationParts {
  const cookbooks = new OperatorCookbooks(undefined);
  const networks = new RemoteNetworks([]);
  return {
    recipesOf: (runList) => cookbooks.recipesOf(runList),
    logs: sshLogReader(own),
    allowsDrainTo: (address) => networks.allows(address),
    waitForSsh: () => Promise.resolve(),
    firstLogin: () => Promise.resolve({ machine: 'x86_64' }),
    machine: 'x86_64',
    cloudConfig: () => new Secret('#cloud-config\n'),
    signDownload: (key) => `http://controller/${key}?signature`,
    removeFormationFiles: () => Promise.resolve(),
    settings: {
      drainSeconds: 30,
      healthSeconds: 5,
      releaseSeconds: 60,
      leaseMs: 30_000,
      acme: { directory: 'https://ca.test/directory', agreed: true },
    },
    newId: randomUUID,
    random: Math.random,
    ...own,
  };
}
