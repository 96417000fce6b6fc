import { networkInterfaces } from 'node:os';
import { UserError } from '../../../../base/errors.js';
import type { Ec2Params } from '../ec2-params.js';

/** How the controller's own addresses are found out. */
export interface OwnAddresses {
  /** As the internet sees it. */
  readonly public: (signal: AbortSignal) => Promise<string[]>;
  /** On its own interfaces. */
  readonly private: () => string[];
}

/** AWS's own service for the purpose; answers with the caller's address as text. */
const whatIsMyAddress = 'https://checkip.amazonaws.com';
const askMs = 5_000;
/** Interfaces that lead to containers and machines of this host, never to EC2. */
const ofContainers = /^(docker|br-|veth|virbr|cni|flannel|cali|lxc|lxd|podman|vnet)/;

/** This machine's. */
export const ownAddresses: OwnAddresses = {
  public: async (signal) => {
    const answer = await fetch(whatIsMyAddress, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(askMs)]),
    });
    return [(await answer.text()).trim()];
  },
  private: () => outwardAddresses(networkInterfaces()),
};

/** IPv4 addresses of a machine's interfaces that may lead to EC2. */
export function outwardAddresses(interfaces: ReturnType<typeof networkInterfaces>): string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !ofContainers.test(name))
    .flatMap(([, each]) => each ?? [])
    .filter((each) => each.family === 'IPv4' && !each.internal)
    .map((each) => each.address);
}

/**
 * Networks that SSH is opened to: the flavor's, else the setting's, else the controller's addresses as far as
 * it can see them. @throws UserError when it cannot
 */
export async function sshSources(
  params: Ec2Params,
  setting: readonly string[],
  own: OwnAddresses,
  signal: AbortSignal,
): Promise<string[]> {
  if (params.ssh_from !== undefined) return params.ssh_from;
  if (setting.length > 0) return [...setting];
  const found =
    params.address === 'private'
      ? own.private()
      : await own.public(signal).catch((error: unknown) => {
          throw unknownSource(error);
        });
  const addresses = found.filter((address) => /^\d{1,3}(\.\d{1,3}){3}$/.test(address));
  if (addresses.length === 0) throw unknownSource(undefined);
  return addresses.map((address) => `${address}/32`);
}

function unknownSource(cause: unknown): UserError {
  return new UserError(
    'the address that the controller reaches EC2 from is not known, so SSH cannot be opened to it: ' +
      "set DEIS_SSH_FROM on the controller, or ssh_from in the flavor's params, " +
      'to its network, e.g. 203.0.113.7/32',
    { field: 'params.ssh_from', cause },
  );
}
