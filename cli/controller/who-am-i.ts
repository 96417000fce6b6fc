import type { User } from './api-types.js';

/** The token that a request was made with. */
export interface TokenInUse {
  readonly name: string;
  /** `all`, `read` or `deploy`. */
  readonly scope: string;
  /** Of a deploy token. */
  readonly formation: string | null;
  readonly expires_at: string | null;
}

/** An older controller says nothing of the token. */
export type WhoAmI = User & { readonly token?: TokenInUse };
