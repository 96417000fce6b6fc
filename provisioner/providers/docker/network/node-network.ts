import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { dockerStatus, labels, withLabels } from '../docker-labels.js';
import { candidateNetworks, overlap, parseNetwork } from './free-address.js';

export interface NodeNetwork {
  readonly id: string;
  readonly name: string;
  /** `10.200.4.0/22` */
  readonly subnet: string;
  /** The host's own address on it: where nodes reach the controller. */
  readonly gateway: string;
}

/** Whose network: a formation's own. Without one the network that all of an instance shared before. */
export interface NetworkOwner {
  readonly instance: string;
  readonly formation?: string | undefined;
}

/** 253 nodes of a formation. The subnets are ours: Docker's own pools, about 30 networks, do not limit them. */
const prefixBits = 24;
const maxAttempts = 50;

/** The network of that owner; undefined when there is none. */
export async function findNetwork(docker: Docker, owner: NetworkOwner): Promise<NodeNetwork | undefined> {
  const found = await docker.listNetworks({ filters: withLabels(labelsOf(owner)) });
  const networks = found.filter(
    // Builds have one of their own.
    ({ Labels }) => Labels?.[labels.formation] === owner.formation && Labels?.[labels.kind] !== 'build',
  );
  // Docker allows two networks of one name: of two made at the same moment everybody takes the same.
  const [network] = networks.sort((a, b) => a.Created.localeCompare(b.Created) || a.Id.localeCompare(b.Id));
  const config = network?.IPAM?.Config?.[0];
  if (network === undefined || config?.Subnet === undefined) return undefined;
  return {
    id: network.Id,
    name: network.Name,
    subnet: config.Subnet,
    gateway: config.Gateway ?? config.Subnet.replace(/\d+\/\d+$/, '1'),
  };
}

const labelsOf = ({ instance, formation }: NetworkOwner): Record<string, string> => ({
  [labels.instance]: instance,
  ...(formation === undefined ? {} : { [labels.formation]: formation }),
});

const nameOf = ({ instance, formation }: NetworkOwner): string =>
  formation === undefined ? `deis-${instance}` : `deis-${instance}-${formation}`;

/**
 * Makes the owner's network on a subnet that neither Docker nor the host's routes know. Docker lets nothing pass
 * between two networks, so that a node cannot take an address of another formation. Safe to repeat.
 */
export async function ensureNetwork(
  docker: Docker,
  owner: NetworkOwner,
  signal: AbortSignal,
): Promise<NodeNetwork> {
  const known = await findNetwork(docker, owner);
  if (known !== undefined) return known;
  const routes = (await hostRoutes()).map(parseNetwork);
  let attempts = 0;
  for (const subnet of candidateNetworks(nameOf(owner), prefixBits)) {
    signal.throwIfAborted();
    const wanted = parseNetwork(subnet);
    if (routes.some((route) => overlap(route, wanted))) continue;
    const made = await createNetwork(docker, owner, subnet);
    if (made !== undefined) return settle(docker, owner, made);
    attempts += 1;
    if (attempts === maxAttempts) break;
  }
  const network = await findNetwork(docker, owner);
  if (network === undefined)
    throw new Error(
      `Docker gave no network ${nameOf(owner)}: ${maxAttempts} subnets of 10.128.0.0/9 overlap ` +
        'with networks that it has already',
    );
  return network;
}

/** Of two networks made at the same moment the older stays. */
async function settle(docker: Docker, owner: NetworkOwner, made: string): Promise<NodeNetwork> {
  const network = await findNetwork(docker, owner);
  if (network === undefined) throw new Error(`the network ${nameOf(owner)} was removed while it was made`);
  if (made !== '' && made !== network.id) await removeUnlessUsed(docker, made);
  return network;
}

/** Removes the owner's network unless a container is attached. */
export async function removeNetwork(docker: Docker, owner: NetworkOwner): Promise<void> {
  const network = await findNetwork(docker, owner);
  if (network !== undefined) await removeUnlessUsed(docker, network.id);
}

async function removeUnlessUsed(docker: Docker, id: string): Promise<void> {
  try {
    await docker.getNetwork(id).remove();
  } catch (error) {
    const status = dockerStatus(error);
    if (status !== 403 && status !== 404 && status !== 409) throw error;
  }
}

/** Its id, empty when another process made it a moment ago; undefined when the subnet is taken. */
async function createNetwork(
  docker: Docker,
  owner: NetworkOwner,
  subnet: string,
): Promise<string | undefined> {
  const gateway = subnet.replace(/\d+\/\d+$/, '1');
  try {
    const { id } = await docker.createNetwork({
      Name: nameOf(owner),
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: labelsOf(owner),
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: gateway }] },
    });
    return id;
  } catch (error) {
    if (dockerStatus(error) === 409) return '';
    if (/overlaps? with/i.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Networks that the host routes somewhere already, a VPN's for example; the default route is none. */
async function hostRoutes(): Promise<string[]> {
  const text = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter((fields) => fields.length > 7 && fields[7] !== '00000000')
    .map((fields) => `${dotted(fields[1]!)}/${prefixLength(fields[7]!)}`);
}

/** How many bits of a mask are set. */
const prefixLength = (hex: string): number =>
  [...Number.parseInt(hex, 16).toString(2)].filter((bit) => bit === '1').length;

/** /proc/net/route writes addresses as little-endian hexadecimal. */
const dotted = (hex: string): string =>
  (hex.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
