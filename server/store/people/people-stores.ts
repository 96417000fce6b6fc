import type { Database } from '../database.js';
import type { SecretBox } from '../sealing/secret-box.js';
import { AuditStore } from './audit-store.js';
import { IdentityStore } from './identity-store.js';
import { InviteStore } from './invite-store.js';
import { KeyStore } from './key-store.js';
import { PasskeyChallengeStore } from './passkey-challenge-store.js';
import { PasskeyStore } from './passkey-store.js';
import { RoleStore } from './role-store.js';
import { TokenStore } from './token-store.js';
import { TotpStore } from './totp-store.js';
import { TransferStore } from './transfer-store.js';
import { UserStore } from './user-store.js';

/** What is kept of people: who they are, how they sign in, what they may, what they did. */
export class PeopleStores {
  readonly users: UserStore;
  readonly tokens: TokenStore;
  readonly totp: TotpStore;
  readonly passkeys: PasskeyStore;
  readonly passkeyChallenges: PasskeyChallengeStore;
  readonly identities: IdentityStore;
  readonly invites: InviteStore;
  readonly keys: KeyStore;
  readonly audit: AuditStore;
  readonly roles: RoleStore;
  readonly transfers: TransferStore;

  constructor(database: Database, box: SecretBox) {
    this.users = new UserStore(database);
    this.tokens = new TokenStore(database);
    this.totp = new TotpStore(database, box);
    this.passkeys = new PasskeyStore(database);
    this.passkeyChallenges = new PasskeyChallengeStore(database);
    this.identities = new IdentityStore(database, box);
    this.invites = new InviteStore(database);
    this.keys = new KeyStore(database);
    this.audit = new AuditStore(database);
    this.roles = new RoleStore(database);
    this.transfers = new TransferStore(database);
  }
}
