import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Secret } from '../../../base/secret.js';
import type { InstanceFactStore } from '../../store/instance-fact-store.js';
import type { SealFor } from '../archive/envelope.js';

const logKeyFact = 'log-identity';

/** For whom segments of the log are sealed, and what a base backup has to hold to open them. */
export interface LogKeys {
  readonly sealFor: SealFor;
  readonly logIdentity: Secret | null;
}

/**
 * Recipients open the log as they open archives. A passphrase takes a second of work for each file, by design, and a
 * segment is written every minute: the log is sealed for a key of the instance's own, which is in each base backup,
 * which the passphrase opens.
 */
export async function logKeys(sealFor: SealFor, facts: InstanceFactStore): Promise<LogKeys> {
  if (!('passphrase' in sealFor)) return { sealFor, logIdentity: null };
  const make = async (): Promise<Secret> => new Secret(await generateX25519Identity());
  const logIdentity = await facts.getOrCreate(logKeyFact, make);
  return { sealFor: { recipients: [await identityToRecipient(logIdentity.reveal())] }, logIdentity };
}
