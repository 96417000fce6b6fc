import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Secret } from '../../../base/secret.js';
import { OperatorCookbooks } from '../../../provisioner/converge/operator-cookbooks.js';
import { sshLogReader } from '../../../server/formation/logs/ssh-log-reader.js';
import { RemoteNetworks } from '../../../server/remote/remote-networks.js';
import type { FormationParts, PageAnswer } from '../../../server/formation/context/formation-parts.js';

/** What each test has of its own: where it writes, and what stands in for machines and clouds. */
export type OwnParts = Pick<
  FormationParts,
  'stores' | 'providers' | 'disabledProviders' | 'openFleet' | 'enterNode' | 'now'
>;

/** What stands at any URL. */
export function cannedPage(url: string): PageAnswer {
  const page = Buffer.from(`<p>The page of ${new URL(url).pathname}</p>`);
  return { body: Readable.from([page]), headers: { 'content-type': 'text/html' } };
}

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
    openPage: (url) => Promise.resolve(cannedPage(url)),
    removeFormationFiles: () => Promise.resolve(),
    settings: {
      drainSeconds: 30,
      healthSeconds: 5,
      releaseSeconds: 60,
      runs: { ofFormation: 50, ofUser: 20 },
      leaseMs: 30_000,
      lookMs: 100,
      acme: { directory: 'https://ca.test/directory', agreed: true },
    },
    newId: randomUUID,
    random: Math.random,
    ...own,
  };
}
