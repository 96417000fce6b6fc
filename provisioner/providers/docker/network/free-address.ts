/** IPv4 networks as numbers. */
export interface Network {
  readonly first: number;
  readonly bits: number;
}

/** `10.1.2.0/22` -> its first address and prefix length. @throws Error when the text is none */
export function parseNetwork(text: string): Network {
  const [address, bits] = text.split('/');
  if (address === undefined || bits === undefined || !/^\d+$/.test(bits) || Number(bits) > 32)
    throw new Error(`not a network: ${text}`);
  return { first: toNumber(address) & mask(Number(bits)), bits: Number(bits) };
}

/** True when two networks share an address. */
export function overlap(one: Network, other: Network): boolean {
  const bits = Math.min(one.bits, other.bits);
  return ((one.first ^ other.first) & mask(bits)) === 0;
}

/**
 * The lowest address of a network that is neither its own, its gateway (the first), its broadcast, nor used;
 * undefined when it is full.
 */
export function freeAddress(network: Network, used: ReadonlySet<string>): string | undefined {
  const size = 2 ** (32 - network.bits);
  for (let offset = 2; offset < size - 1; offset += 1) {
    const address = toText(network.first + offset);
    if (!used.has(address)) return address;
  }
  return undefined;
}

/**
 * Networks of this many bits inside 10.128.0.0/9, beginning at a place that depends on `seed`, so that
 * instances rarely ask for the same.
 */
export function* candidateNetworks(seed: string, bits: number): Generator<string> {
  const count = 2 ** (bits - 9);
  const start = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % count, 7);
  for (let step = 0; step < count; step += 1)
    yield `${toText(toNumber('10.128.0.0') + ((start + step) % count) * 2 ** (32 - bits))}/${bits}`;
}

const mask = (bits: number): number => (bits === 0 ? 0 : -1 << (32 - bits));

function toNumber(address: string): number {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    throw new Error(`not an IPv4 address: ${address}`);
  return parts.reduce((sum, part) => (sum << 8) | part, 0);
}

const toText = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
