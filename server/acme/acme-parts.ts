import type { FormationParts } from '../formation/context/formation-parts.js';
import type { PreflightNetwork } from './preflight/preflight-network.js';
import type { AcmeClient } from './protocol/acme-client.js';

/** What the CA is told, and how much it is asked. */
export interface AcmeOrders {
  /** URL of its directory. */
  readonly directory: string;
  readonly email?: string | undefined;
  /** Names of one certificate. */
  readonly maxNames: number;
  /** Milliseconds between two looks at an order, where the CA does not say. */
  readonly pollMs: number;
}

/** Everything that ordering stands on. */
export interface AcmeParts {
  readonly formation: Pick<FormationParts, 'stores' | 'now' | 'newId' | 'random'>;
  readonly orders: AcmeOrders;
  readonly client: AcmeClient;
  readonly network: PreflightNetwork;
  readonly log: AcmeLog;
}

/** pino's logger, as far as it is used here. */
export interface AcmeLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
