import type Docker from 'dockerode';
import type { Provider } from './provider.js';
import { nodeImageName } from './images/node-image.js';
import { defaultSuite, type Suite } from './images/suite.js';
import { paperHost } from './paper/paper-address.js';
import { DockerProvider } from './providers/docker/docker-provider.js';
import { openEc2Providers } from './providers/ec2/account/open-ec2-providers.js';
import { ownAddresses } from './providers/ec2/network/ssh-sources.js';
import { MockProvider, type MockCloud } from './providers/mock/mock-provider.js';
import { StaticProvider } from './providers/static/static-provider.js';

export interface ProviderSurroundings {
  /** Instance id of the controller: names and labels all that its providers make. */
  readonly instance: string;
  readonly docker: Docker;
  /** Of the image of docker nodes whose flavor names none. */
  readonly suite?: Suite;
  /** The machines of the mock cloud; by default none. */
  readonly mockCloud?: MockCloud;
  /**
   * Networks that the controller's SSH comes from, for clouds with firewalls of their own; empty: found out.
   */
  readonly sshFrom?: readonly string[];
}

/**
 * How to connect to a cloud with a user's credentials, to where a flavor's params say (a region). @throws
 * UserError for credentials that cannot be.
 */
export type ConnectProvider = (
  creds: Readonly<Record<string, unknown>>,
  params?: Readonly<Record<string, unknown>>,
) => Provider;

/** Every provider type there is. Adding one: its folder, a line here, and the contract test. */
export function createProviders({
  instance,
  docker,
  suite = defaultSuite,
  mockCloud = new Map(),
  sshFrom = [],
}: ProviderSurroundings): ReadonlyMap<string, ConnectProvider> {
  // One object for all users: it gives out addresses one at a time.
  const dockerProvider = new DockerProvider({ instance, docker, image: nodeImageName(suite) });
  const ec2 = openEc2Providers({
    instance,
    sshFrom,
    own: ownAddresses,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
  });
  return new Map<string, ConnectProvider>([
    ['docker', () => dockerProvider],
    ['static', () => new StaticProvider()],
    ['ec2', ec2],
    ['mock', () => new MockProvider({ instance, cloud: mockCloud, hostOf: paperHost })],
  ]);
}
