import type { Logger } from 'pino';
import type { ProviderFactories } from '../../formation/context/formation-parts.js';
import type { FormationActions } from '../../formation/formation-actions.js';
import type { EventStream } from '../../operation/event-stream.js';
import type { StepSlots } from '../../store/operations/fair-share.js';
import type { NotificationListener } from '../../store/operations/notification-listener.js';
import type { Observer } from '../../observe/observer.js';
import type { Stores } from '../../store/stores.js';
import type { AuthLimits } from '../auth/auth-limits.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Reached } from '../auth/passkey/passkey-place.js';
import type { IdentityProvider } from '../auth/oidc/identity-provider.js';

/**
 * What the controller tells about itself; asked per request, because ports are known only once it listens.
 */
export interface ControllerInfo {
  readonly version: string;
  readonly instance: string;
  readonly git: {
    readonly host: string;
    readonly port: number;
    /** OpenSSH public keys: `ssh-ed25519 AAAA...`. */
    readonly hostKeys: readonly string[];
  };
  /** Formations that share nodes answer to their name below it. Absent: no setting says one. */
  readonly domain?: string | undefined;
}

/** Everything the HTTP API stands on. */
export interface AppParts {
  readonly stores: Stores;
  /** Rejects with the reason while the database does not answer. Cheap, however often it is called. */
  readonly databaseAnswers: () => Promise<void>;
  /** Of the types that are enabled, and of those that are not: see FormationParts. */
  readonly providers: ProviderFactories;
  readonly disabledProviders: ProviderFactories;
  /** The domain: actions that give an operation have queued it, and its work is still to come. */
  readonly formations: FormationActions;
  readonly listener: NotificationListener;
  readonly eventStream: EventStream;
  readonly authenticator: Authenticator;
  readonly authLimits: AuthLimits;
  /** Whom people may sign in with; null: the operator names none. */
  readonly identityProvider: IdentityProvider | null;
  /** Milliseconds after which a session that is not used ends. */
  readonly sessionMs: number;
  /** Addresses, CIDRs of peers whose X-Forwarded-For names the client; nobody's otherwise. */
  readonly trustedProxies: readonly string[];
  /** What the first user must show; null where only this machine can reach us. */
  readonly setupCode: string | null;
  readonly info: () => ControllerInfo;
  /** How people reach this, by the settings. */
  readonly reached: Reached;
  /** Which addresses hooks may have. */
  readonly hookNetworks: { allows(address: string): boolean };
  /** Whether the operator gave a mail server. */
  readonly hasMail: boolean;
  /** The slug server as nodes reach it, and whether a setting says so; null where there is none. */
  readonly nodeUrl: () => { readonly url: string; readonly isSet: boolean } | null;
  readonly now: () => Date;
  readonly logger: Logger;
  /** Told of requests. Absent: nobody is. */
  readonly observer?: Observer;
  /** What pushes wait for when others are being built. */
  readonly buildSlots: StepSlots;
  /** Milliseconds a request for a long action waits for its end: 25,000 in production. */
  readonly waitMs: number;
  /** Milliseconds after which it is asked again whether a stream may go on: 30,000 in production. */
  readonly askAgainMs: number;
}
