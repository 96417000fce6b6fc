import type { CommonProperties } from '../common.js';

/**
 * Who reaches containers from outside of the node; everything else is dropped. `name` is the iptables chain,
 * called from DOCKER-USER.
 */
export interface FirewallResource extends CommonProperties {
  readonly kind: 'firewall';
  /**
   * Other bridges than docker0 that it stands before, too, as iptables says interfaces (`deisg+`): what is behind them
   * and what is behind docker0 reach each other no more. Default: none.
   */
  readonly bridges?: string;
  /** IPv4 addresses that may reach published ports. */
  readonly sources: readonly string[];
  /**
   * IPv4 addresses of nodes whose container ports (5000 to 9999) no container of this one reaches, though this one's
   * own address may. Default: none.
   */
  readonly fenced?: readonly string[];
  /** iptables-restore file that holds the chain over a reboot. */
  readonly rulesPath: string;
  /** Program that puts the file's chain in force. */
  readonly restore: readonly string[];
}
