import { randomBytes } from 'node:crypto';
import type { Body, BodyMaker } from './bodies.js';

export interface EndpointInstance {
  readonly id: string;
  readonly token: string;
  /** What was asked for, to compare with a repeated call. */
  readonly asked: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly type: string;
  readonly image: string;
  readonly subnet: string;
  readonly zone: string;
  readonly userData: string;
  readonly number: number;
  readonly body: Promise<Body> | undefined;
  groups: readonly string[];
  hasPublic: boolean;
  address: string | undefined;
  state: 'pending' | 'running' | 'shutting-down' | 'terminated';
  reason: { readonly code: string; readonly message: string } | undefined;
  /** How often it was asked about. */
  looks: number;
  /** Its interface and volume are there; the interface is let go a little after the end. */
  hasInterface: boolean;
  hasVolume: boolean;
}

export interface EndpointGroup {
  readonly id: string;
  readonly name: string;
  readonly vpc: string;
  readonly tags: ReadonlyMap<string, string>;
  /** `tcp 22 22 203.0.113.7/32 deis-classic` */
  readonly rules: Set<string>;
}

export interface EndpointAddress {
  readonly allocation: string;
  readonly address: string;
  readonly tags: ReadonlyMap<string, string>;
  instance: string | undefined;
}

/** A volume without a machine; those of machines are their `hasVolume`. */
export interface EndpointVolume {
  readonly id: string;
  readonly tags: ReadonlyMap<string, string>;
}

export interface EndpointSubnet {
  readonly id: string;
  readonly vpc: string;
  readonly zone: string;
  readonly isDefault: boolean;
  readonly gateway: string | undefined;
}

export interface CloudOptions {
  /** Looks at a new instance that do not show it yet, and looks that then show it pending. */
  readonly unseen?: number;
  readonly pending?: number;
  /** Calls of DeleteSecurityGroup that an ended instance's interface still holds. */
  readonly heldFor?: number;
  readonly subnets?: readonly EndpointSubnet[];
  readonly account?: string;
  /** Machines of flesh: without it instances are only remembered. */
  readonly bodies?: BodyMaker;
}

export const defaultSubnets: readonly EndpointSubnet[] = ['a', 'b', 'c'].map((letter, index) => ({
  id: `subnet-0000000000000000${index + 1}`,
  vpc: 'vpc-00000000000000001',
  zone: `us-west-2${letter}`,
  isDefault: true,
  gateway: 'igw-00000000000000001',
}));

/** All that one account has in one region. */
export class CloudState {
  readonly instances: EndpointInstance[] = [];
  readonly groups: EndpointGroup[] = [];
  readonly addresses: EndpointAddress[] = [];
  readonly volumes: EndpointVolume[] = [];
  /** Launches that are accepted and then end, by the zone, with the reason. */
  readonly doomed = new Map<string, { readonly code: string; readonly message: string }>();
  subnets: readonly EndpointSubnet[];
  heldFor: number;

  constructor(readonly options: CloudOptions = {}) {
    this.subnets = options.subnets ?? defaultSubnets;
    this.heldFor = options.heldFor ?? 1;
  }

  newId(kind: string): string {
    return `${kind}-${randomBytes(8).toString('hex')}0`;
  }

  get alive(): EndpointInstance[] {
    return this.instances.filter(({ state }) => state === 'pending' || state === 'running');
  }

  /**
   * Everything that costs money or would be left behind: `i-...`, `sg-...`, `eni of i-...`, `volume of
   * i-...`, `eipalloc-...`.
   */
  get remains(): string[] {
    return [
      ...this.alive.map(({ id }) => id),
      ...this.instances.flatMap(({ id, hasInterface, hasVolume }) => [
        ...(hasInterface ? [`eni of ${id}`] : []),
        ...(hasVolume ? [`volume of ${id}`] : []),
      ]),
      ...this.groups.map(({ id }) => id),
      ...this.addresses.map(({ allocation }) => allocation),
      ...this.volumes.map(({ id }) => id),
    ];
  }
}
