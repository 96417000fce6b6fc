import { Secret } from '../../../base/secret.js';
import type { Database } from '../database.js';
import { InstanceFactStore } from '../instance-fact-store.js';
import { resealUnbound } from './reseal-secrets.js';
import type { SecretBox } from './secret-box.js';

const fact = 'boxes-bound';

/**
 * Seals the boxes of earlier versions for the rows that they are in, all or none, once for each database: an unbound
 * box that turns up later is refused. Of several controllers that start at once one does it while the others wait.
 * @throws UnreadableBox under another master key
 */
export async function bindBoxes(database: Database, box: SecretBox): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.raw('select pg_advisory_xact_lock(hashtext(?))', ['deis:bind-boxes']);
    const facts = new InstanceFactStore(transaction, box);
    if ((await facts.get(fact)) !== undefined) return;
    await resealUnbound(transaction, box);
    await facts.set(fact, new Secret('since this database was made, or since an upgrade'));
  });
}
