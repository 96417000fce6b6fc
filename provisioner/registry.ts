import type Docker from 'dockerode';
import type { Provider } from './provider.js';
import { DockerProvider } from './providers/docker/docker-provider.js';
import { openEc2Provider } from './providers/ec2/open-ec2-provider.js';
import { MockProvider, type MockCloud } from './providers/mock/mock-provider.js';
import { StaticProvider } from './providers/static/static-provider.js';

export interface ProviderSurroundings {
  /** Instance id of the controller: names and labels all that its providers make. */
  readonly instance: string;
  readonly docker: Docker;
  /** The machines of the mock cloud; by default none. */
  readonly mockCloud?: MockCloud;
}

/** How to connect to a cloud with a user's credentials, to where a flavor's params say (a region). @throws UserError for credentials that cannot be. */
export type ConnectProvider = (creds: Readonly<Record<string, unknown>>, params?: Readonly<Record<string, unknown>>) => Provider;

/** Every provider type there is. Adding one: its folder, a line here, and the contract test. */
export function createProviders({ instance, docker, mockCloud = new Map() }: ProviderSurroundings): ReadonlyMap<string, ConnectProvider> {
  // One object for all users: it gives out addresses one at a time.
  const dockerProvider = new DockerProvider({ instance, docker });
  return new Map<string, ConnectProvider>([
    ['docker', () => dockerProvider],
    ['static', () => new StaticProvider()],
    ['ec2', (creds) => openEc2Provider(instance, creds)],
    ['mock', () => new MockProvider({ instance, cloud: mockCloud })],
  ]);
}
