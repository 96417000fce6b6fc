import type { CommonProperties } from './common.js';

/**
 * Who reaches containers from outside of the node; everything else is dropped. `name` is the iptables chain,
 * called from DOCKER-USER.
 */
export interface FirewallResource extends CommonProperties {
  readonly kind: 'firewall';
  /** IPv4 addresses that may reach published ports. */
  readonly sources: readonly string[];
  /** iptables-restore file that holds the chain over a reboot. */
  readonly rulesPath: string;
  /** Program that puts the file's chain in force. */
  readonly restore: readonly string[];
}
