import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { allowProvider, disallowProvider, listAllowed } from '../../api/infrastructure/provider-requests.js';
import { Action } from '../../parts/action.js';
import { bound, Choice, Form } from '../../parts/form.js';
import { Loading, More, Problem, When } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { useLive } from '../../parts/use-live.js';

/** Who but admins may launch with types that give root on the controller's host. @param types their names */
export function Allowed({ types }: { types: readonly string[] }) {
  const { value, problem, reload } = useLive('allowed', listAllowed);
  return (
    <section>
      <h2>Who may launch on the controller's host</h2>
      <p class="quiet">
        Root on a node of {types.join(' or ')} is root on the controller's host. Platform admins may launch
        them, and those whom they allow.
      </p>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="who may" />}
      {value !== undefined && value.count > 0 && (
        <Table label="Allowed" heads={['Username', 'Type', 'Allowed by', 'Since', 'Actions']}>
          {value.results.map(({ username, type, allowed_by: by, created_at: since }) => (
            <tr key={`${username} ${type}`}>
              <th scope="row">{username}</th>
              <td>{type}</td>
              <td>{by}</td>
              <td>
                <When at={since} />
              </td>
              <td>
                <Action
                  label={`Disallow ${username}`}
                  command={cliCommands.disallowProvider(username, type)}
                  onDo={() => disallowProvider(username, type).then(reload)}
                >
                  <p>They launch no more nodes of it. Nodes that there are stay, with root on them.</p>
                </Action>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {value !== undefined && <More shown={value.results.length} count={value.count} />}
      <Allow types={types} onDone={reload} />
    </section>
  );
}

function Allow({ types, onDone }: { types: readonly string[]; onDone: () => void }) {
  const [username, setUsername] = useState('');
  const [chosen, setChosen] = useState('');
  const type = chosen === '' ? (types[0] ?? '') : chosen;
  return (
    <Form
      label="Allow"
      command={cliCommands.allowProvider(username, type)}
      isIdle={username === ''}
      onDo={() => allowProvider(username, type)}
      onDone={() => {
        setUsername('');
        onDone();
      }}
    >
      <label>
        Username
        <input {...bound(username, setUsername)} autocomplete="off" />
      </label>
      <Choice
        label="Type"
        value={type}
        of={Object.fromEntries(types.map((each) => [each, each])) as Record<string, string>}
        onValue={setChosen}
      />
    </Form>
  );
}
