import type { Formation, User } from '../../controller/api-types.js';
import type { Call } from '../../call.js';
import type { CommandTable } from '../../command.js';
import { usageError } from '../../terminal/errors.js';
import { table } from '../../terminal/format.js';

interface Perm {
  readonly username: string;
  readonly role: string;
  readonly created_at: string;
}

const adminOption = ['--admin', 'admins of the platform instead of a formation'] as const;

export const perms: CommandTable = {
  list: {
    summary: 'who may do something with the formation',
    options: [adminOption],
    onFormation: true,
    json: true,
    limit: 100,
    details: 'Example:\n  deis perms\n  deis perms:list --admin',
    run: async (call) => (call.flag('admin') ? listAdmins(call) : listPerms(call)),
  },
  create: {
    summary: 'give a user a role, collaborator unless you say another',
    args: '<username>',
    options: [['--role <role>', 'viewer, collaborator or admin'], adminOption],
    onFormation: true,
    json: true,
    details:
      'viewer sees everything but values of config; collaborator pushes, deploys, scales and runs; ' +
      'admin has layers, nodes, domains and roles, too.\n\n' +
      'Examples:\n' +
      '  deis perms:create grace --role=viewer\n' +
      '  deis perms:create grace --admin',
    run: async (call) => {
      const username = call.arg(0);
      if (call.flag('admin') && call.option('role') !== undefined)
        throw usageError(
          '--admin and --role are two things',
          'an admin of the formation: --role=admin; one of the platform: --admin',
        );
      const given = await (
        await call.api()
      ).post<object>(call.flag('admin') ? '/api/admins' : await call.formationPath('perms'), {
        username,
        role: call.option('role'),
      });
      if (call.wantsJson) call.output.json(given);
      else
        call.output.talk(
          call.flag('admin')
            ? `${username} is an admin of the platform`
            : `${username} is ${call.option('role') ?? 'collaborator'} of ${await call.formation()}`,
        );
    },
  },
  delete: {
    summary: 'take a role away from a user; you may give up your own',
    args: '<username>',
    options: [adminOption],
    onFormation: true,
    details: 'Example:\n  deis perms:delete grace',
    run: async (call) => {
      const username = call.arg(0);
      await (
        await call.api()
      ).delete(
        call.flag('admin')
          ? `/api/admins/${encodeURIComponent(username)}`
          : await call.formationPath('perms', username),
      );
      call.output.talk(
        call.flag('admin')
          ? `${username} is not an admin of the platform any more`
          : `${username} has no role in ${await call.formation()} any more`,
      );
    },
  },
};

async function listPerms(call: Call): Promise<void> {
  const { owner } = await (await call.api()).get<Formation>(await call.formationPath());
  const given = await call.list<Perm>(await call.formationPath('perms'));
  const all = [
    { username: owner, role: 'owner' },
    ...given.map(({ username, role }) => ({ username, role })),
  ];
  call.print(all, (rows) =>
    table(
      ['USERNAME', 'ROLE'],
      rows.map(({ username, role }) => [username, role]),
    ),
  );
}

async function listAdmins(call: Call): Promise<void> {
  const all = await call.list<User>('/api/admins');
  call.print(all, (rows) =>
    table(
      ['USERNAME', 'E-MAIL'],
      rows.map(({ username, email }) => [username, email]),
    ),
  );
}
