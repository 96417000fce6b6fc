import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { shareHost, unshareHost } from '../../api/infrastructure/guest-requests.js';
import type { Listed } from '../../api/asked.js';
import type { HostShare } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { bound, Form } from '../../parts/form.js';
import { More, When } from '../../parts/small.js';
import { Table } from '../../parts/table.js';

interface SharesProps {
  readonly formation: string;
  readonly shares: Listed<HostShare>;
  readonly onChanged: () => void;
}

/** Who may place formations on its nodes without a role in it. */
export function HostShares({ formation, shares, onChanged }: SharesProps) {
  const [username, setUsername] = useState('');
  return (
    <section>
      <h2>Who may place formations here</h2>
      <p class="quiet">Its owner, admins and collaborators may. Others may by leave, without a role in it.</p>
      {shares.count > 0 && <ShareTable formation={formation} shares={shares.results} onChanged={onChanged} />}
      <More shown={shares.results.length} count={shares.count} />
      <Form
        label="Give leave"
        command={cliCommands.shareHost(formation, username)}
        isIdle={username === ''}
        onDo={() => shareHost(formation, username)}
        onDone={() => {
          setUsername('');
          onChanged();
        }}
      >
        <label>
          Username
          <input {...bound(username, (typed) => setUsername(typed.trim()))} autocomplete="off" />
        </label>
      </Form>
    </section>
  );
}

interface TableProps {
  readonly formation: string;
  readonly shares: readonly HostShare[];
  readonly onChanged: () => void;
}

function ShareTable({ formation, shares, onChanged }: TableProps) {
  return (
    <Table label="By leave" heads={['Username', 'Since', 'Actions']}>
      {shares.map(({ username, created_at: since }) => (
        <tr key={username}>
          <th scope="row">{username}</th>
          <td>
            <When at={since} />
          </td>
          <td>
            <Action
              label={`Take leave of ${username} back`}
              command={cliCommands.unshareHost(formation, username)}
              onDo={() => unshareHost(formation, username).then(onChanged)}
            >
              <p>They place no more formations here. Those that they have here stay.</p>
            </Action>
          </td>
        </tr>
      ))}
    </Table>
  );
}
