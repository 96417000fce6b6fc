import type { User } from '../../controller/api-types.js';
import type { CommandTable } from '../../command.js';
import { table } from '../../terminal/format.js';

interface Invite {
  readonly code: string;
  readonly expires_at: string;
}

export const users: CommandTable = {
  list: {
    summary: 'everybody with an account (admins)',
    json: true,
    limit: 100,
    details: 'Example:\n  deis users',
    run: async (call) => {
      const all = await call.list<User>('/api/users');
      call.printList(
        all,
        (rows) =>
          table(
            ['USERNAME', 'E-MAIL', 'ADMIN'],
            rows.map((user) => [user.username, user.email, user.is_admin ? 'yes' : 'no']),
          ),
        'No users',
      );
    },
  },
  invite: {
    summary: 'make a code that lets one person register (admins)',
    args: '[email]',
    json: true,
    details:
      'The e-mail address is a note for you: nothing is sent. Pass the code on yourself.\n\n' +
      'Example:\n' +
      '  deis users:invite grace@example.com',
    run: async (call) => {
      const email = call.args[0];
      const { controller } = await call.profile();
      const invite = await (
        await call.api()
      ).post<Invite>('/api/users/invite', email === undefined ? {} : { email });
      call.print(invite, () => invite.code);
      if (!call.wantsJson)
        call.output.talk(
          `Good until ${invite.expires_at}, ` +
            `for one person:  deis register ${controller} --code=${invite.code}`,
        );
    },
  },
  registration: {
    summary: 'who may register: open, invite or closed (admins)',
    args: '<mode>',
    details:
      'open: everyone; invite: those with a code (deis users:invite); closed: no one.\n\n' +
      'Example:\n' +
      '  deis users:registration closed',
    json: true,
    run: async (call) => {
      const set = await (
        await call.api()
      ).post<{ registration: string }>('/api/users/registration', { mode: call.arg(0) });
      call.print(set, ({ registration }) => registration);
    },
  },
};
