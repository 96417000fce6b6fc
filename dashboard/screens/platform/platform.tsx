import { cliCommands } from '../../api/cli-commands.js';
import { addAdmin, listAllAudit, listUsers, removeAdmin } from '../../api/people/platform-requests.js';
import type { ListedUser, User } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { AuditTable } from '../../parts/audit-table.js';
import { Command, Loading, More, Problem, When } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { useLive } from '../../parts/use-live.js';
import { Drains } from '../drains/drains.js';
import { Registration } from './registration.js';

/** Users, invitations, drains and the audit log of the whole controller, for platform admins. */
export function Platform({ user }: { user: User }) {
  return (
    <>
      <h1>Platform</h1>
      {user.is_admin ? <Rooms username={user.username} /> : <p>Platform admins alone see this.</p>}
    </>
  );
}

function Rooms({ username }: { username: string }) {
  const { value, problem, reload } = useLive('platform', async () => {
    const [users, audit] = await Promise.all([listUsers(), listAllAudit()]);
    return { users, audit };
  });
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="the users" />;
  const { users, audit } = value;
  return (
    <>
      <Problem of={problem} />
      <h2>Users</h2>
      <Table label="Users" heads={['Username', 'E-mail address', 'Since', 'Platform admin']}>
        {users.results.map((each) => (
          <UserRow key={each.username} user={each} isSelf={each.username === username} onChanged={reload} />
        ))}
      </Table>
      <More shown={users.results.length} count={users.count} />
      <Registration onChanged={reload} />
      <Drains formation={null} mayChange />
      <h2>Who did what</h2>
      <AuditTable entries={audit} withFormation />
      <Command text={cliCommands.audit(undefined)} />
    </>
  );
}

interface RowProps {
  readonly user: ListedUser;
  readonly isSelf: boolean;
  readonly onChanged: () => void;
}

function UserRow({
  user: { username, email, is_admin: isAdmin, created_at: at },
  isSelf,
  onChanged,
}: RowProps) {
  return (
    <tr>
      <th scope="row">{username}</th>
      <td>{email}</td>
      <td>
        <When at={at} />
      </td>
      <td>
        {isAdmin ? 'yes ' : 'no '}
        {!isSelf && (
          <Action
            label={isAdmin ? `Make ${username} admin no more` : `Make ${username} admin`}
            command={isAdmin ? cliCommands.removeAdmin(username) : cliCommands.addAdmin(username)}
            onDo={() => (isAdmin ? removeAdmin(username) : addAdmin(username)).then(onChanged)}
          >
            <p>
              {isAdmin
                ? `${username} keeps formations and roles, and has the platform's users and audit log no more.`
                : `${username} may invite users, make admins, and launch nodes with the controller's own credentials.`}
            </p>
          </Action>
        )}
      </td>
    </tr>
  );
}
