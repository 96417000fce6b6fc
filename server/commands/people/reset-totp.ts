import { NotFound } from '../../../base/errors.js';
import { openMasterKeyFile } from '../../store/sealing/master-key.js';
import type { Stores } from '../../store/stores.js';
import type { AddCommand } from '../command-context.js';
import { withDatabase } from '../database/with-database-url.js';

/** `deis-controller reset-totp`. */
export const addResetTotp: AddCommand = (program, { settings, print }) => {
  program
    .command('reset-totp <username>')
    .summary('ask a user for no code any more')
    .description(
      'For somebody who has lost the authenticator app and the recovery codes: the password alone signs them ' +
        'in again. The controller may run meanwhile. The audit log has it.',
    )
    .action(async (username: string) => {
      const given = settings();
      const { Stores } = await import('../../store/stores.js');
      const box = await openMasterKeyFile(given.masterKeyFile);
      await withDatabase(given, (database) => resetTotp(new Stores(database, box), username));
      print(`${username} signs in with the password alone`);
    });
};

/** Takes a user's second step away, with an entry in the audit log. @throws NotFound */
export async function resetTotp(stores: Stores, username: string): Promise<void> {
  await stores.transaction(async ({ users, totp, audit }) => {
    const user = await users.byUsername(username);
    if (user === undefined) throw new NotFound(`no user ${JSON.stringify(username)}`);
    if (!(await totp.remove(user.id))) throw new NotFound(`${username} is asked for no code`);
    const entry = await audit.begin({
      ...{ actorId: null, actor: 'deis-controller', action: 'reset-totp', target: { username } },
      ...{ formationId: null, formation: null, source: null, requestId: null },
    });
    await audit.finish(entry, 'done');
  });
}
