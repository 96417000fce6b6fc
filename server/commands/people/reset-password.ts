import { NotFound } from '../../../base/errors.js';
import { newToken } from '../../api/auth/token.js';
import { openMasterKeyFile } from '../../store/sealing/master-key.js';
import type { Stores } from '../../store/stores.js';
import type { AddCommand } from '../command-context.js';
import { withDatabase } from '../database/with-database-url.js';

/** `deis-controller reset-password`. */
export const addResetPassword: AddCommand = (program, { settings, print }) => {
  program
    .command('reset-password <username>')
    .summary('give a user a new password')
    .description(
      'For somebody who has forgotten the password, or never had one and whose provider of OpenID Connect is gone: ' +
        'it prints a new one, which they change with `deis auth:passwd`. Their sessions and tokens end; keys for ' +
        'git, passkeys and linked accounts stay. The controller may run meanwhile. The audit log has it.',
    )
    .action(async (username: string) => {
      const given = settings();
      const { Stores } = await import('../../store/stores.js');
      const box = await openMasterKeyFile(given.masterKeyFile);
      const password = await withDatabase(given, (database) =>
        resetPassword(new Stores(database, box), username),
      );
      print(password);
    });
};

/** The new password, with an entry in the audit log. @throws NotFound */
export async function resetPassword(stores: Stores, username: string): Promise<string> {
  const { hashPassword } = await import('../../api/auth/password.js');
  const password = newToken();
  const hash = await hashPassword(password);
  await stores.transaction(async ({ users, tokens, audit }) => {
    const user = await users.byUsername(username);
    if (user === undefined) throw new NotFound(`no user ${JSON.stringify(username)}`);
    await users.setPassword(user.id, hash);
    await tokens.deleteAll(user.id);
    const entry = await audit.begin({
      ...{ actorId: null, actor: 'deis-controller', action: 'reset-password', target: { username } },
      ...{ formationId: null, formation: null, source: null, requestId: null },
    });
    await audit.finish(entry, 'done');
  });
  return password;
}
