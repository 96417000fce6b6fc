/**
 * Parts of the controller that ask for work of their own accord: `watcher` watches the nodes, `acme` orders
 * certificates, `services` follows the nodes of formations that are attached to each other.
 */
export type SystemActor = 'watcher' | 'acme' | 'services';

/** Who asks for an operation. */
export type Actor = { readonly userId: number } | { readonly system: SystemActor };

interface Requested {
  /** A user's id. */
  readonly requestedBy: number | null;
  readonly systemActor: SystemActor | null;
}

/** As stores keep it; null: a user whose account is gone. */
export function actorColumns(actor: Actor | null): Requested {
  if (actor === null) return { requestedBy: null, systemActor: null };
  return 'system' in actor
    ? { requestedBy: null, systemActor: actor.system }
    : { requestedBy: actor.userId, systemActor: null };
}

/** Who asked for it; null when that user's account is gone, or was never written down. */
export function actorOf({ requestedBy, systemActor }: Requested): Actor | null {
  if (systemActor !== null) return { system: systemActor };
  return requestedBy === null ? null : { userId: requestedBy };
}

/** `system:watcher`: no user's name has a colon. */
export function systemName(actor: SystemActor): string {
  return `system:${actor}`;
}
