import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import {
  listOrphans,
  removeOrphans,
  type Orphans as Found,
} from '../../api/infrastructure/provider-requests.js';
import { Action } from '../../parts/action.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { Table } from '../../parts/table.js';
import { useOnce } from '../../parts/use-once.js';

/** `deis providers:gc`: what the controller made behind a provider, and what nothing has any more. */
export function Orphans({ provider }: { provider: string }) {
  const { value, problem } = useOnce(() => listOrphans(provider));
  const [removed, setRemoved] = useState<Found>();
  const found = removed ?? value;
  if (found === undefined)
    return problem ? <Problem of={problem} /> : <Loading what={`what ${provider} has`} />;
  return (
    <>
      {found.unseen.map(({ place, reason }) => (
        <Problem key={place} of={`${place} could not be looked at: ${reason}`} />
      ))}
      {found.results.length === 0 ? (
        <p>Nothing is left behind.</p>
      ) : (
        <OrphanTable provider={provider} found={found} />
      )}
      {found.results.length > 0 && removed === undefined && (
        <Action
          label={`Remove what ${provider} has left`}
          confirmName={provider}
          command={`${cliCommands.collectOrphans(provider)} --remove`}
          onDo={async () => setRemoved(await removeOrphans(provider))}
        >
          <p>Machines go first, then their addresses, volumes and groups. Nothing brings them back.</p>
        </Action>
      )}
      <Command text={cliCommands.collectOrphans(provider)} />
    </>
  );
}

function OrphanTable({ provider, found: { results } }: { provider: string; found: Found }) {
  return (
    <Table label={`Left of ${provider}`} heads={['What', 'Name', 'Of formation', 'State', 'Address']}>
      {results.map(({ kind, cloud_id: id, name, formation, state, address, failure }) => (
        <tr key={`${kind} ${id}`}>
          <th scope="row">
            {kind} <code>{id}</code>
          </th>
          <td>{name}</td>
          <td>{formation}</td>
          <td>{failure === undefined ? state : (failure ?? 'removed')}</td>
          <td>{address}</td>
        </tr>
      ))}
    </Table>
  );
}
