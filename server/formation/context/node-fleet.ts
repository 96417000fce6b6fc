import type { Fleet } from '../../../provisioner/converge/fleet.js';

/** What the domain asks of the provisioner's fleet. */
export type NodeFleet = Pick<Fleet, 'converge' | 'probe' | 'connection' | 'close'>;
